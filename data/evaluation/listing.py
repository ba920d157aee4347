"""Editions as they are read for lists, pages and commands."""

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, select

from data.database import read
from data.evaluation.objections import Objection, of_editions
from data.evaluation.problems import EditionError, NoEdition
from data.evaluation.tables import editions, issues
from data.store import Store

_APART = ("method_text", "inputs", "evaluation", "maturity")
_HEAD = [
    *(column for column in editions.c if column.name not in _APART),
    cast(editions.c.maturity, Text).label("maturity"),
]


@dataclass(frozen=True)
class Issue:
    """`sha256` is that of the list of the edition's files: see `files.checksums`."""

    number: int  # 1: the first of its month
    by: str
    at: datetime
    sha256: str


@dataclass(frozen=True)
class Edition:
    """All but the texts; see `files.texts_of`."""

    id: int
    month: str
    drafted_at: datetime
    drafted_by: str
    seen_at: datetime
    through_seq: int
    method: str
    sha256: str  # of the evaluation
    maturity: dict[str, float | None]  # empty, or in part, where it is damaged
    corrects: int | None
    reason: str | None
    issue: Issue | None
    objections: tuple[Objection, ...]

    @property
    def state(self) -> str:
        """'issued', 'contested' or 'draft'."""
        if self.issue is not None:
            return "issued"
        return "contested" if self.objections else "draft"


def list_editions(store: Store, month: str | None = None) -> tuple[Edition, ...]:
    """Newest month first, and within it the newest edition."""
    query = select(*_HEAD).order_by(editions.c.month.desc(), editions.c.id.desc())
    if month is not None:
        query = query.where(editions.c.month == month)
    with read(store.engine) as connection, _damage_told("an edition"):
        return _editions(connection, connection.execute(query).all())


def find_edition(store: Store, edition_id: int) -> Edition:
    """Raises EditionError where there is none."""
    with read(store.engine) as connection, _damage_told(f"edition {edition_id}"):
        return _editions(connection, [edition_row(connection, edition_id)])[0]


def edition_row(connection: Connection, edition_id: int) -> Row[Any]:
    """All but its texts. Raises EditionError where there is none."""
    row = connection.execute(select(*_HEAD).where(editions.c.id == edition_id)).one_or_none()
    if row is None:
        raise NoEdition(edition_id)
    return row


@contextmanager
def _damage_told(what: str) -> Iterator[None]:
    try:
        yield
    except EditionError:
        raise
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise EditionError(
            f"{what} is damaged, its row cannot be read: {error}; restore it from a backup"
        ) from error


def _editions(connection: Connection, rows: Iterable[Row[Any]]) -> tuple[Edition, ...]:
    rows = list(rows)
    numbers = [row.id for row in rows]
    objections = of_editions(connection, numbers)
    issued = {
        row.edition_id: Issue(row.number, row.by, row.at, row.sha256)
        for row in connection.execute(select(issues).where(issues.c.edition_id.in_(numbers)))
    }
    return tuple(
        Edition(
            **{**row._mapping, "maturity": _maturity(row.maturity)},
            issue=issued.get(row.id),
            objections=objections.get(row.id, ()),
        )
        for row in rows
    )


def _maturity(text: str) -> dict[str, float | None]:
    """What can be read of it: one that is damaged must not take the others from a list."""
    try:
        found = json.loads(text).items()
    except (ValueError, AttributeError):
        return {}
    return {
        key: value
        for key, value in found
        if value is None or (isinstance(value, int | float) and math.isfinite(value))
    }
