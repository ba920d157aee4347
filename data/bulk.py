"""Whole histories at once: the same checks and the same fold as the write path, in batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, String, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from data import schema
from data.complaints import NewComplaint
from data.database import write
from data.duplicates import link_all
from data.fold import Fact, Folded, fold
from data.geography import to_tiles
from data.instants import now, to_epoch
from data.log import (
    complaint_row,
    details_row,
    insert_rows,
    new_token,
    next_numbers,
    spell_rows,
)
from data.prepare import Prepared, prepare, unit_id_of
from data.reference import Reference
from data.store import Store
from data.vocabulary import EventKind

_BATCH = 5_000
_LOOKUP = 500


@dataclass(slots=True)
class Happening:
    """One event after the receipt."""

    kind: EventKind
    at: datetime
    unit_code: str | None = None
    note: str | None = None
    data: dict[str, Any] | None = None


@dataclass(slots=True)
class History:
    """A complaint and all that happened to it, in order of time."""

    new: NewComplaint
    happenings: list[Happening]
    open_at: datetime | None = None  # its source last said then that it is open


Delay = Callable[[NewComplaint], int]  # seconds


@dataclass
class BulkResult:
    """What became of the histories; `refused` has their positions and reasons.

    `stored` has the positions of those that were stored.
    """

    created: int = 0
    skipped: int = 0
    refused: list[tuple[int, ValueError]] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)


def record_histories(
    store: Store,
    histories: Sequence[History],
    *,
    on_batch: Callable[[int], None] | None = None,
    delay_seconds: Delay | None = None,
) -> BulkResult:
    """Store histories in batches, one transaction each.

    A history whose (source, external_id) is stored already is skipped; one that breaks a rule is
    refused with the reason and leaves no trace. Calls `on_batch` with the size of each batch.

    Events count as recorded now; of a past that is made up they can count as recorded
    `delay_seconds` of their complaint after they happened.
    """
    result = BulkResult()
    for batch in _batches(list(enumerate(histories))):
        _record_batch(store, batch, result, delay_seconds)
        if on_batch is not None:
            on_batch(len(batch))
    return result


def _batches(numbered: list[tuple[int, History]]) -> Iterator[list[tuple[int, History]]]:
    for start in range(0, len(numbered), _BATCH):
        yield numbered[start : start + _BATCH]


def _record_batch(
    store: Store, batch: list[tuple[int, History]], result: BulkResult, delay: Delay | None
) -> None:
    reference = store.reference()
    prepared = _prepare_all(store, reference, batch, result)
    with write(store.engine) as connection:
        fresh, positions = _without_known(connection, prepared, result)
        first_seq, first_id = next_numbers(connection)
        rows = _Rows(reference, first_id, first_seq, delay)
        links = link_all(
            connection, [ready[0] for ready in fresh], first_id, reference.city.time_zone
        )
        for ready, duplicate_of in zip(fresh, links, strict=True):
            rows.add(*ready, duplicate_of)
        rows.insert(connection)
        doubled = (first_id + len(fresh)).bit_length() > max(first_id, _LOOKUP).bit_length()
        if doubled and connection.dialect.name == "postgresql":
            # Until its own housekeeping comes by, PostgreSQL takes the table for as good as
            # empty and looks ids up by reading all of it.
            connection.execute(text("ANALYZE complaints"))
    result.created += len(fresh)
    result.stored += positions


_Ready = tuple[Prepared, list[Fact], Folded, list[Happening]]


def _prepare_all(
    store: Store, reference: Reference, batch: list[tuple[int, History]], result: BulkResult
) -> list[tuple[int, _Ready]]:
    located, tiles = _locate_all(store, batch)
    locator = store.locator()
    ready: list[tuple[int, _Ready]] = []
    for (position, history), district_id, tile in zip(batch, located, tiles, strict=True):
        try:
            prepared = prepare(history.new, reference, locator, located=district_id, tile=tile)
            facts = _facts(reference, prepared, history.happenings)
            state = fold(facts)
        except ValueError as error:
            result.refused.append((position, error))
        else:
            ready.append((position, (prepared, facts, state, history.happenings)))
    return ready


def _locate_all(
    store: Store, batch: list[tuple[int, History]]
) -> tuple[list[int], list[tuple[int, int]]]:
    """District id (0: none) and tile of each; the tile of one without a place means nothing."""
    missing = float("nan")
    latitude = np.array([missing if h.new.latitude is None else h.new.latitude for _, h in batch])
    longitude = np.array(
        [missing if h.new.longitude is None else h.new.longitude for _, h in batch]
    )
    there = ~(np.isnan(latitude) | np.isnan(longitude))
    found = np.zeros(len(batch), dtype=int)
    found[there] = store.locator().locate_many(latitude[there], longitude[there])
    x, y = to_tiles(np.where(there, latitude, 0.0), np.where(there, longitude, 0.0))
    return found.tolist(), list(zip(x.tolist(), y.tolist(), strict=True))


def _facts(reference: Reference, prepared: Prepared, happenings: list[Happening]) -> list[Fact]:
    facts = [Fact(EventKind.RECEIVED, prepared.requested_at, prepared.unit_id)]
    for happening in happenings:
        unit_id = unit_id_of(reference, happening.unit_code) if happening.unit_code else None
        stars = happening.data.get("stars") if happening.data else None
        facts.append(Fact(happening.kind, to_epoch(happening.at), unit_id, stars))
    return sorted(facts, key=lambda fact: fact.at)


def _without_known(
    connection: Connection, ready: list[tuple[int, _Ready]], result: BulkResult
) -> tuple[list[_Ready], list[int]]:
    """Those to be stored, and their positions."""
    wanted: dict[str, list[str]] = {}
    for _, (prepared, *_) in ready:
        if prepared.new.source is not None and prepared.new.external_id is not None:
            wanted.setdefault(prepared.new.source, []).append(prepared.new.external_id)
    known: set[tuple[str | None, str | None]] = set()
    for source, external_ids in wanted.items():
        found = stored_ids(connection, source, external_ids)
        known |= {(source, external_id) for external_id in found}
    fresh, positions = [], []
    for position, item in ready:
        key = (item[0].new.source, item[0].new.external_id)
        if None not in key and key in known:
            result.skipped += 1
            continue
        if None not in key:
            known.add(key)
        fresh.append(item)
        positions.append(position)
    return fresh, positions


def stored_ids(connection: Connection, source: str, external_ids: Sequence[str]) -> set[str]:
    """Those of a source's ids whose complaints are stored."""
    complaints = schema.complaints
    found: set[str] = set()
    for start in range(0, len(external_ids), _LOOKUP):
        part = list(external_ids[start : start + _LOOKUP])
        if connection.dialect.name == "postgresql":
            # One array instead of hundreds of parameters: one statement, planned once.
            among = complaints.c.external_id == any_(literal(part, ARRAY(String)))
        else:
            among = complaints.c.external_id.in_(part)
        query = select(complaints.c.external_id).where(complaints.c.source == source, among)
        found.update(connection.scalars(query))
    return found


class _Rows:
    """Collects the rows of one batch, then inserts them table by table."""

    def __init__(
        self, reference: Reference, first_id: int, first_seq: int, delay: Delay | None
    ) -> None:
        self._reference = reference
        self._id = first_id
        self._seq = first_seq
        self._now = to_epoch(now())
        self._delay = delay
        self._complaints: list[dict[str, Any]] = []
        self._details: list[dict[str, Any]] = []
        self._spells: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []

    def add(
        self,
        prepared: Prepared,
        facts: list[Fact],
        state: Folded,
        happenings: list[Happening],
        duplicate_of: int | None,
    ) -> None:
        last_seq = self._seq + len(facts) - 1
        zone = self._reference.city.time_zone
        self._complaints.append(
            complaint_row(
                *(self._id, new_token(), prepared, state, last_seq, zone),
                duplicate_of=duplicate_of,
            )
        )
        self._details.append(details_row(self._id, prepared))
        self._spells += spell_rows(self._id, state, prepared.fixed)
        late = None if self._delay is None else self._delay(prepared.new)
        self._add_event(facts[0], None, late)
        for fact, happening in zip(facts[1:], sorted(happenings, key=lambda h: h.at), strict=True):
            self._add_event(fact, happening, late)
        self._id += 1

    def _add_event(self, fact: Fact, happening: Happening | None, late: int | None) -> None:
        self._events.append(
            {
                "seq": self._seq,
                "complaint_id": self._id,
                "kind": fact.kind.value,
                "at": fact.at,
                "recorded_at": self._now if late is None else min(fact.at + late, self._now),
                "unit_id": fact.unit_id,
                "note": happening.note if happening else None,
                "data": happening.data if happening else None,
            }
        )
        self._seq += 1

    def insert(self, connection: Connection) -> None:
        # What is repeated must be there first; a batch need not be in order of time.
        self._complaints.sort(key=lambda row: (row["duplicate_of"] or 0) > row["id"])
        insert_rows(connection, schema.complaints, self._complaints)
        insert_rows(connection, schema.complaint_details, self._details)
        insert_rows(connection, schema.events, self._events)
        insert_rows(connection, schema.spells, self._spells)
