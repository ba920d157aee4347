"""What an evaluation is computed from beside the event log, kept as text and read again.

Names, units, services, calendars and terms of office change later; an edition is recomputed with
those of its own day. They are kept as rows of their tables, and read by what reads the tables.
"""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Engine, Table, create_engine, insert, select
from sqlalchemy.pool import StaticPool

from data import schema
from data.accountability import tables as officer_tables
from data.accountability.listing import Term, read_terms
from data.database import read
from data.evaluation.problems import EditionError
from data.instants import Instant, from_epoch, to_epoch
from data.reference import Reference, load_reference
from data.store import Store

_SETTINGS = ("city", "boundaries", "demo", "reference_version", "working_calendar")
_TABLES: tuple[Table, ...] = (
    schema.settings,
    schema.districts,
    schema.units,
    schema.services,
    schema.channels,
    schema.working_calendars,
    officer_tables.posts,
    officer_tables.officers,
    officer_tables.terms,
)
_LEFT_OUT = {"geometry"}  # shapes take no part in a figure


def freeze_inputs(store: Store, **more: Any) -> str:
    """The reference and all terms as they are now, and what else is given, as JSON."""
    with read(store.engine) as connection:
        found = {table.name: _rows(connection, table) for table in _TABLES}
    kept = {"tables": found, **more}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


class FrozenStore(Store):
    """The event log as it grows, read with the words and the terms of a former day."""

    def __init__(self, store: Store, inputs: str) -> None:
        super().__init__(store.engine)
        self.inputs: dict[str, Any] = _parsed(inputs)
        engine = _filled(self.inputs["tables"])
        with engine.connect() as connection:
            self._frozen = load_reference(connection)
        self._tables = engine

    def reference(self) -> Reference:
        return self._frozen

    def terms(self, known_at: datetime | None = None) -> list[Term]:
        with self._tables.connect() as connection:
            return read_terms(connection, known_at)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name not in _LEFT_OUT]
    query = select(*columns).order_by(*table.primary_key.columns)
    if table is schema.settings:
        query = query.where(schema.settings.c.key.in_(_SETTINGS))
    return [
        {name: _plain(value) for name, value in row._mapping.items()}
        for row in connection.execute(query)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_epoch(value)
    return value.isoformat() if isinstance(value, date) else value


def _parsed(inputs: str) -> dict[str, Any]:
    try:
        found = json.loads(inputs)
        if isinstance(found["tables"], dict):
            return dict(found)
    except (ValueError, KeyError, TypeError):
        pass
    raise EditionError("these inputs are not what an edition is computed from; they are damaged")


def _filled(rows: dict[str, list[dict[str, Any]]]) -> Engine:
    """A small database in memory. Columns that are newer than the inputs have their defaults."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    schema.metadata.create_all(engine, list(_TABLES))
    with engine.begin() as connection:
        for table in _TABLES:
            known = [_typed(table, row) for row in rows.get(table.name, [])]
            if known:
                connection.execute(insert(table), known)
    return engine


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in row.items():
        if name not in table.c:
            continue
        kind = table.c[name].type
        if value is not None and isinstance(kind, Instant):
            value = from_epoch(value)
        elif value is not None and isinstance(kind, Date):
            value = date.fromisoformat(value)
        found[name] = value
    return found
