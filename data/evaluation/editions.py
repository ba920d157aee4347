"""Editions of the monthly evaluation: drafted, contested, issued; never changed.

A draft is kept whole: the evaluation, what it was computed from beside the event log, the method,
and a seal on all. Issuing adds the documents and a number. A correction is another edition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from data.database import read, write
from data.evaluation.files import keep_documents, keep_files, sha256_of
from data.evaluation.listing import Edition as Edition
from data.evaluation.listing import edition_row
from data.evaluation.listing import find_edition as find_edition
from data.evaluation.listing import list_editions as list_editions
from data.evaluation.objections import clean, unanswered
from data.evaluation.problems import EditionError
from data.evaluation.seal import DRAFT, ISSUE, draft_seal, issue_seal
from data.evaluation.tables import LONGEST_NAME, editions, issues
from data.instants import now
from data.store import Store

LONGEST_REASON = 4_000


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is kept of an evaluation that was just computed. Texts are kept as they are."""

    month: str  # '2026-10'
    seen_at: datetime
    through_seq: int
    method: str
    method_text: str
    inputs: str
    evaluation: str
    maturity: Mapping[str, Any]


def add_draft(
    store: Store, draft: Draft, *, by: str, reason: str | None = None, is_first: bool = False
) -> Edition:
    """Keep a draft. Once a month is issued it is a correction: `reason` says what and why.

    Raises EditionError, also for another text of a method that an edition was made by; if it is
    to be the month's first, also where there is one.
    """
    by = clean("the name of who drafts", by, LONGEST_NAME)
    with write(store.engine) as connection:
        _check_method(connection, draft)
        if is_first and _newest(connection, draft.month) is not None:
            raise EditionError(f"{draft.month} is drafted already")
        corrects = _newest_issued(connection, draft.month)
        if corrects is None:
            reason = None
        elif not (reason or "").strip():
            raise EditionError(
                f"the evaluation of {draft.month} is issued; a correction must give the reason: "
                "say what is corrected and why"
            )
        else:
            reason = clean("the reason", reason or "", LONGEST_REASON)
        edition_id = (connection.scalar(select(func.max(editions.c.id))) or 0) + 1
        connection.execute(
            insert(editions).values(
                id=edition_id,
                drafted_at=now(),
                drafted_by=by,
                sha256=sha256_of(draft.evaluation.encode()),
                corrects=corrects,
                reason=reason,
                **{**vars(draft), "maturity": dict(draft.maturity)},
            )
        )
        keep_files(connection, edition_id, {DRAFT: draft_seal(connection, edition_id).encode()})
    return find_edition(store, edition_id)


def _check_method(connection: Connection, draft: Draft) -> None:
    """One version is one text: who reads "method 1.0" of two editions compares them."""
    other = connection.scalar(
        select(editions.c.id)
        .where(editions.c.method == draft.method, editions.c.method_text != draft.method_text)
        .limit(1)
    )
    if other is not None:
        raise EditionError(
            f"method {draft.method} is not what it was when edition {other} was made by it; put "
            "back its text, which `flask evaluation export` writes, and change a copy under the "
            "next number"
        )


def next_number(store: Store, edition_id: int) -> int:
    """What an edition's number would be if it were issued now.

    Raises EditionError where it cannot be: only the newest draft of a month can, when every
    objection of the month is answered.
    """
    with read(store.engine) as connection:
        return _check_issuable(connection, edition_row(connection, edition_id))


def issue(
    store: Store,
    edition_id: int,
    documents: Mapping[str, bytes],
    *,
    by: str,
    number: int,
    at: datetime,
) -> Edition:
    """Make a draft an issued edition, with its documents by file name. Raises EditionError.

    The documents bear `number` and `at`; if it is not the edition's number any more, none is kept.
    """
    by = clean("the name of who issues", by, LONGEST_NAME)
    with write(store.engine) as connection:
        row = edition_row(connection, edition_id)
        if _check_issuable(connection, row) != number:
            raise EditionError(
                f"another edition of {row.month} was issued meanwhile; look at it, and issue anew"
            )
        values = {
            "edition_id": edition_id,
            "month": row.month,
            "number": number,
            "by": by,
            "at": at,
        }
        sealed = {**documents, ISSUE: issue_seal(connection, values).encode()}
        listed = keep_documents(connection, edition_id, sealed)
        connection.execute(insert(issues).values(**values, sha256=listed))
    return find_edition(store, edition_id)


def _check_issuable(connection: Connection, row: Row[Any]) -> int:
    """The number it would have."""
    if connection.scalar(select(issues.c.edition_id).where(issues.c.edition_id == row.id)):
        raise EditionError(
            f"edition {row.id} is issued already; a correction is a new draft with its reason"
        )
    newest = _newest(connection, row.month)
    if newest != row.id:
        raise EditionError(
            f"edition {row.id} is not the newest draft of {row.month}; that is {newest}"
        )
    of_month = select(editions.c.id).where(editions.c.month == row.month)
    waiting = unanswered(connection, connection.scalars(of_month))
    if waiting:
        listed = ", ".join(map(str, waiting))
        raise EditionError(
            f"objections to the evaluation of {row.month} wait for an answer: {listed}; "
            "answer them first"
        )
    issued = select(func.count()).select_from(issues).where(issues.c.month == row.month)
    return (connection.scalar(issued) or 0) + 1


def _newest(connection: Connection, month: str) -> int | None:
    return connection.scalar(select(func.max(editions.c.id)).where(editions.c.month == month))


def _newest_issued(connection: Connection, month: str) -> int | None:
    query = select(issues.c.edition_id).where(issues.c.month == month)
    return connection.scalar(query.order_by(issues.c.number.desc()).limit(1))
