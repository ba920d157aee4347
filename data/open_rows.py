"""Every complaint as an open-data row: no personal data, and so no free text whatever."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from data.database import read
from data.request_filter import changed_at, closed_at
from data.requests import PUBLIC_FACTS
from data.schema import complaints, events
from data.store import Store

CHUNK = 2_000  # rows; memory holds one chunk, however many there are


@dataclass(frozen=True)
class Extent:
    """What there is: the newest event (0: none) and the newest complaint (0: none)."""

    seq: int
    last_id: int


def current_extent(store: Store) -> Extent:
    with read(store.engine) as connection:
        return Extent(
            connection.scalar(select(func.max(events.c.seq))) or 0,
            connection.scalar(select(func.max(complaints.c.id))) or 0,
        )


def open_rows(store: Store, extent: Extent) -> Iterator[Sequence[Row[Any]]]:
    """The complaints up to an extent, oldest first, in chunks; `closed_at` and `changed_at` too.

    Each chunk is one look at the database, which is left alone between them: a client that reads
    slowly keeps neither a connection nor an old state of it. A chunk may so know of events that
    are newer than the extent.
    """
    query: Select[Any] = (
        select(
            *(complaints.c[name] for name in (*PUBLIC_FACTS, "status")),
            closed_at.label("closed_at"),
            changed_at.label("changed_at"),
        )
        .order_by(complaints.c.id)
        .limit(CHUNK)
    )
    last_id = 0
    while last_id < extent.last_id:
        with read(store.engine) as connection:
            rows = connection.execute(
                query.where(complaints.c.id > last_id, complaints.c.id <= extent.last_id)
            ).all()
        if not rows:
            return
        yield rows
        last_id = rows[-1].id
