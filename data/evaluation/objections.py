"""Objections to an edition and their answers: added, never changed.

There is no sign-in yet: names are as they were typed, and nobody has verified them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from data.database import read, write
from data.evaluation.problems import EditionError
from data.evaluation.tables import LONGEST_NAME, LONGEST_SUBJECT, answers, editions, objections
from data.instants import now
from data.store import Store

LONGEST_TEXT = 8_000
MOST_OBJECTIONS = 500  # to one edition


@dataclass(frozen=True)
class Answer:
    by: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Objection:
    id: int
    edition_id: int
    subject: str | None  # code of a unit or an officer; None: the whole edition
    by: str
    text: str
    at: datetime
    answer: Answer | None


def object_to(
    store: Store, edition_id: int, text: str, *, by: str, subject: str | None = None
) -> Objection:
    """Contest an edition. Whether it has that subject is the caller's to know.

    Raises EditionError.
    """
    values = {
        "edition_id": edition_id,
        "by": clean("the name of who objects", by, LONGEST_NAME),
        "text": clean("the objection", text, LONGEST_TEXT),
        "subject": clean("the unit or officer", subject, LONGEST_SUBJECT) if subject else None,
    }
    with write(store.engine) as connection:
        if not connection.scalar(select(editions.c.id).where(editions.c.id == edition_id)):
            raise EditionError(f"there is no edition {edition_id} to object to")
        of_edition = select(func.count()).where(objections.c.edition_id == edition_id)
        if (connection.scalar(of_edition) or 0) >= MOST_OBJECTIONS:
            raise EditionError(
                f"edition {edition_id} has {MOST_OBJECTIONS} objections already; "
                "bring this one to the office in writing"
            )
        number = (connection.scalar(select(func.max(objections.c.id))) or 0) + 1
        connection.execute(insert(objections).values(id=number, at=now(), **values))
    return find_objection(store, number)


def answer(store: Store, objection_id: int, text: str, *, by: str) -> Objection:
    """Each objection is answered once. Raises EditionError."""
    by = clean("the name of who answers", by, LONGEST_NAME)
    text = clean("the answer", text, LONGEST_TEXT)
    with write(store.engine) as connection:
        if not connection.scalar(select(objections.c.id).where(objections.c.id == objection_id)):
            raise EditionError(f"there is no objection {objection_id}")
        if connection.scalar(
            select(answers.c.objection_id).where(answers.c.objection_id == objection_id)
        ):
            raise EditionError(
                f"objection {objection_id} is answered already, and answers are not changed; "
                "a new objection can be answered anew"
            )
        connection.execute(
            insert(answers).values(objection_id=objection_id, by=by, text=text, at=now())
        )
    return find_objection(store, objection_id)


def find_objection(store: Store, objection_id: int) -> Objection:
    """Raises EditionError where there is none."""
    with read(store.engine) as connection:
        found = _objections(connection, objections.c.id == objection_id)
    if not found:
        raise EditionError(f"there is no objection {objection_id}")
    return found[0]


def of_editions(
    connection: Connection, edition_ids: Iterable[int]
) -> dict[int, tuple[Objection, ...]]:
    """Of each edition that has any, in the order they came."""
    found: dict[int, tuple[Objection, ...]] = {}
    for one in _objections(connection, objections.c.edition_id.in_(list(edition_ids))):
        found[one.edition_id] = (*found.get(one.edition_id, ()), one)
    return found


def unanswered(connection: Connection, edition_ids: Iterable[int]) -> list[int]:
    """Numbers of the objections that wait for an answer."""
    every = _objections(connection, objections.c.edition_id.in_(list(edition_ids)))
    return [one.id for one in every if one.answer is None]


def clean(what: str, text: str, longest: int) -> str:
    """The text without what a database cannot hold. Raises EditionError for none or too much."""
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    text = text.encode("utf-8", "replace").decode()
    if not text:
        raise EditionError(f"{what} is empty; write it")
    if len(text) > longest:
        raise EditionError(f"{what} has {len(text)} characters; write {longest} at most")
    return text


def _objections(connection: Connection, condition: object) -> list[Objection]:
    query = (
        select(
            objections,
            answers.c.by.label("answered_by"),
            answers.c.text.label("answer"),
            answers.c.at.label("answered_at"),
        )
        .select_from(objections.outerjoin(answers, answers.c.objection_id == objections.c.id))
        .where(condition)  # type: ignore[arg-type]
        .order_by(objections.c.id)
    )
    return [
        Objection(
            row.id,
            row.edition_id,
            row.subject,
            row.by,
            row.text,
            row.at,
            None
            if row.answered_at is None
            else Answer(row.answered_by, row.answer, row.answered_at),
        )
        for row in connection.execute(query)
    ]
