"""An import from beginning to end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from data import schema
from data.bulk import History, record_histories, stored_ids
from data.database import read
from data.imports.catalogue import Catalogue
from data.imports.mapping import Mapper, Refused
from data.imports.opening import open_table
from data.imports.preset import Preset
from data.imports.rejects import Rejects, rejects_path
from data.imports.table import Layout, Row, TableError
from data.later import add_what_followed
from data.reasons import Reason
from data.store import Store

_CHUNK = 5_000


class WrongCity(ValueError):
    """The complaints lie somewhere else altogether."""


@dataclass
class ImportReport:
    """What an import did; with `pretended` it says what it would have done."""

    read: int = 0
    stored: int = 0
    already_there: int = 0
    updated: int = 0  # of those already there: they gained events
    refused: int = 0
    closed: int = 0
    without_coordinates: int = 0  # of those stored
    outside: int = 0  # of those stored: they have coordinates, but no district holds them
    has_boundaries: bool = True
    repeated_times: int = 0
    skipped_times: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None
    added: Mapping[str, list[str]] = field(default_factory=dict)
    rejects: Path | None = None
    format: str = ""
    stopped: str | None = None  # why the file could not be read to its end
    pretended: bool = False


def import_complaints(
    store: Store,
    path: Path,
    preset: Preset,
    *,
    limit: int | None = None,
    pretend: bool = False,
    force: bool = False,
    rejects: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Store the complaints of a file that are not there yet; refused rows go to `rejects`.

    on_progress gets how far the file is read, and its size. Raises TableError or MissingColumns
    where nothing can be read, WrongCity where none of the first rows lies in the city (unless
    `force`). A file that breaks off later is stored up to there and `stopped` says why.
    """
    layout = Layout(
        preset.encoding, preset.delimiter, preset.sheet, preset.records, preset.headings
    )
    with open_table(path, layout) as table:
        reference = store.reference()
        mapper = Mapper(
            preset,
            table.columns,
            Catalogue(store, preset, pretend),
            reference.city.time_zone,
        )
        report = ImportReport(format=table.description, pretended=pretend)
        report.has_boundaries = store.locator().has_boundaries
        outside_before = _outside(store, preset.source)
        with Rejects(rejects or rejects_path(path), table.columns) as refusals:
            work = _Work(store, preset, mapper, report, refusals)
            rows = islice(table.rows, limit)
            while True:
                chunk, stopped = _take(rows)
                if report.read == 0 and not force:
                    work.check_city(chunk)
                work.take(chunk)
                if on_progress is not None:
                    on_progress(table.position(), table.size)
                if stopped is not None:
                    if not report.read:
                        raise stopped
                    report.stopped = str(stopped)
                if stopped is not None or len(chunk) < _CHUNK:
                    break
            if not pretend:
                report.outside = _outside(store, preset.source) - outside_before
            report.refused = refusals.count
            report.rejects = refusals.path if refusals.count else None
        report.added = mapper.added
        report.repeated_times = mapper.clock.repeated
        report.skipped_times = mapper.clock.skipped
    return report


def _take(rows: Iterator[Row]) -> tuple[list[Row], TableError | None]:
    """The next rows, and what ended the file early."""
    chunk: list[Row] = []
    try:
        for row in islice(rows, _CHUNK):
            chunk.append(row)
    except TableError as error:
        return chunk, error
    return chunk, None


@dataclass
class _Work:
    """Brings chunk after chunk into the store and keeps count."""

    store: Store
    preset: Preset
    mapper: Mapper
    report: ImportReport
    rejects: Rejects
    lines: dict[str, int] = field(default_factory=dict)

    def check_city(self, chunk: Sequence[Row]) -> None:
        """Importing Boston into Jakarta would add Boston's services before anyone notices."""
        places = [place for place in (self.mapper.place(cells) for _, cells in chunk) if place]
        if len(places) < 20 or not self.report.has_boundaries:
            return
        if not self.store.locator().locate_many(*zip(*places, strict=True)).any():
            raise WrongCity(
                f"none of the first {len(places):,} places lies in "
                f"{self.store.reference().city.name}; if that is right, say --force"
            )

    def take(self, chunk: Sequence[Row]) -> None:
        self.report.read += len(chunk)
        fresh, known = self._split_known(chunk)
        histories, origins = self._map(fresh)
        if self.preset.follow:
            later, _ = self._map(known)
            self.report.already_there -= len(known) - len(later)
            followed = add_what_followed(self.store, later, pretend=self.report.pretended)
            self.report.updated += len(followed.updated)
        if self.report.pretended:
            self._count(histories)
            return
        result = record_histories(self.store, histories)
        for position, error in result.refused:
            self._refuse(origins[position][1], str(error))
        lost = {position for position, _ in result.refused}
        self.report.already_there += result.skipped
        self._count([history for i, history in enumerate(histories) if i not in lost])
        self.report.stored -= result.skipped

    def _map(self, rows: Sequence[Row]) -> tuple[list[History], list[Row]]:
        histories, origins = [], []
        for row in rows:
            try:
                histories.append(self.mapper.history(row[1]))
                origins.append(row)
            except Refused as refusal:
                self._refuse(row[1], str(refusal))
        return histories, origins

    def _refuse(self, cells: Sequence[Any], reason: str) -> None:
        self.rejects.add(self.mapper.without_names(cells), reason)

    def _split_known(self, chunk: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """The rows of complaints that are not stored yet, and of those that are."""
        identified: dict[str, Row] = {}
        for line, cells in chunk:
            try:
                self.mapper.check_width(cells)
                external_id = self.mapper.external_id(cells)
                earlier = self.lines.setdefault(external_id, line)
                if earlier != line:
                    words = f"its id {external_id!r} is that of line {earlier} already"
                    raise Refused(words, Reason.IDENTITY)
                identified[external_id] = (line, cells)
            except Refused as refusal:
                self._refuse(cells, str(refusal))
        with read(self.store.engine) as connection:
            known = stored_ids(connection, self.preset.source, list(identified))
        self.report.already_there += len(known)
        return (
            [row for external_id, row in identified.items() if external_id not in known],
            [row for external_id, row in identified.items() if external_id in known],
        )

    def _count(self, histories: Sequence[History]) -> None:
        report = self.report
        report.stored += len(histories)
        if not histories:
            return
        report.closed += sum(bool(history.happenings) for history in histories)
        times = [history.new.requested_at for history in histories if history.new.requested_at]
        report.earliest = min([*times, *([report.earliest] if report.earliest else [])])
        report.latest = max([*times, *([report.latest] if report.latest else [])])
        placed = [history.new for history in histories if history.new.latitude is not None]
        report.without_coordinates += len(histories) - len(placed)
        if report.pretended and placed:
            latitude = np.array([new.latitude for new in placed], dtype=float)
            longitude = np.array([new.longitude for new in placed], dtype=float)
            found = self.store.locator().locate_many(latitude, longitude)
            named = np.array([new.district_code is not None for new in placed])
            report.outside += int(((found == 0) & ~named).sum())


def _outside(store: Store, source: str) -> int:
    """How many complaints of this source have coordinates that no district holds."""
    complaints = schema.complaints
    with read(store.engine) as connection:
        count = connection.scalar(
            select(func.count()).where(
                complaints.c.source == source,
                complaints.c.district_id.is_(None),
                complaints.c.latitude.is_not(None),
            )
        )
    return count or 0
