"""How far each source has been read: one row of the database for each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from data.database import read, write
from data.instants import now
from data.schema import pull_sources
from data.store import Store


@dataclass
class PullState:
    """All that was received, and all that was updated, up to here is stored.

    `sweeps` has the position of each reading that has begun and not ended, by its name.
    """

    source: str
    address: str
    received_through: datetime | None = None
    updated_through: datetime | None = None
    sweeps: dict[str, Any] = field(default_factory=dict)
    finished_at: datetime | None = None
    last_error: str | None = None


def find_state(store: Store, source: str) -> PullState | None:
    """None for a source that was never read."""
    with read(store.engine) as connection:
        row = connection.execute(select(*_columns()).where(pull_sources.c.source == source)).first()
    return None if row is None else PullState(**row._mapping)


def list_states(store: Store) -> list[PullState]:
    """All sources that were ever read, in the order in which they came."""
    with read(store.engine) as connection:
        rows = connection.execute(select(*_columns()).order_by(pull_sources.c.id)).all()
    return [PullState(**row._mapping) for row in rows]


def save_state(store: Store, state: PullState) -> None:
    values: dict[str, Any] = {name: getattr(state, name) for name in _FIELDS} | {
        "changed_at": now()
    }
    with write(store.engine) as connection:
        saved = connection.execute(
            update(pull_sources).where(pull_sources.c.source == state.source).values(**values)
        )
        if not saved.rowcount:
            newest = connection.scalar(select(func.max(pull_sources.c.id)))
            connection.execute(insert(pull_sources).values(id=(newest or 0) + 1, **values))


_FIELDS = tuple(PullState.__dataclass_fields__)


def _columns() -> list[Any]:
    return [pull_sources.c[name] for name in _FIELDS]
