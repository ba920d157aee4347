"""One pull: what a server has received since the last, and what it has changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from sqlalchemy import select

from data.database import read
from data.imports.clock import Clock
from data.imports.feed import take_records
from data.imports.preset import Preset
from data.instants import now
from data.pull.client import Client, PullError
from data.pull.parser import parse_requests
from data.pull.refused import RefusedRecords
from data.pull.state import PullState, find_state, save_state
from data.pull.sweep import RECEIVED, UPDATED, WINDOW_DAYS, Axis, Sweep
from data.schema import complaints
from data.store import Store
from data.vocabulary import Status

_IDS_AT_ONCE = 50
_OPEN = tuple(int(status) for status in Status if status.is_open)


@dataclass(frozen=True, kw_only=True)
class PullOptions:
    """`since` is the beginning of a source that was never read; None: a window before now.

    The end of what was read is read again by `overlap`, since servers show requests late. Where a
    server cannot be asked for what it updated, requests of the last `follow_days` are read again.
    """

    since: datetime | None = None
    overlap: timedelta = timedelta(hours=6)
    follow_days: int = WINDOW_DAYS
    window_days: int = WINDOW_DAYS
    page_size: int = 500
    reread: bool = False  # the last `follow_days`, although the server knows what it updated


@dataclass
class PullReport:
    """What a pull did; `rejects` has its `refused` rows, and those of earlier pulls."""

    read: int = 0
    stored: int = 0
    updated: int = 0
    refused: int = 0
    requests: int = 0
    asked_for_updates: bool = False
    rejects: Path | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    received_through: datetime | None = None
    crowded: list[datetime] = field(default_factory=list)  # seconds that may be here in part


def pull(
    store: Store,
    client: Client,
    preset: Preset,
    options: PullOptions,
    *,
    rejects: Path,
    on_answer: Callable[[PullReport], None] | None = None,
) -> PullReport:
    """Store what is new at a server, and add what has changed, as the preset maps it.

    After every answer that is stored the position is stored too: a pull that is stopped, by an
    error or a kill, goes on there at the next call. Raises PullError.
    """
    state = find_state(store, preset.source) or PullState(preset.source, client.address)
    state.address = client.address
    with RefusedRecords(rejects) as refusals:
        work = _Pull(store, client, preset, options, state, refusals, on_answer)
        try:
            work.read_new()
            work.read_changes()
            state.finished_at, state.last_error = now(), None
        except PullError as error:
            state.last_error = str(error)
            raise
        finally:
            work.finish()
    return work.report


class _Pull:
    def __init__(
        self,
        store: Store,
        client: Client,
        preset: Preset,
        options: PullOptions,
        state: PullState,
        rejects: RefusedRecords,
        on_answer: Callable[[PullReport], None] | None,
    ) -> None:
        self._store = store
        self._client = client
        self._preset = preset
        self._options = options
        self._state = state
        self._rejects = rejects
        self._on_answer = on_answer
        self._clock = Clock(
            preset.time_zone or store.reference().city.time_zone, preset.datetime_formats
        )
        self.report = PullReport()

    def finish(self) -> None:
        save_state(self._store, self._state)
        self.report.requests = self._client.requests
        self.report.rejects = self._rejects.path if len(self._rejects) else None
        self.report.received_through = self._state.received_through

    def read_new(self) -> None:
        """What was received since the last pull."""
        state, options = self._state, self._options
        if "received" in state.sweeps:
            self._received(self._sweep("received", RECEIVED, None, None))
        end = now()
        if state.received_through is not None:
            start = state.received_through - options.overlap
        else:
            start = options.since or end - timedelta(days=options.window_days)
        self._received(self._sweep("received", RECEIVED, start, end))

    def _received(self, sweep: Sweep) -> None:
        self._run("received", sweep)
        self._state.received_through = sweep.end
        # A first reading has seen every request as it stood at its beginning, or later.
        self._state.updated_through = self._state.updated_through or sweep.end

    def read_changes(self) -> None:
        """What was updated since the last pull, of all that is known."""
        state, end = self._state, now()
        assert state.updated_through is not None
        again = self._options.reread or "again" in state.sweeps
        if not again and self._knows_updates():
            self.report.asked_for_updates = True
            start = state.updated_through - self._options.overlap
            sweep = self._sweep("updated", UPDATED, start, end)
            self._run("updated", sweep)
        else:
            start = end - timedelta(days=self._options.follow_days)
            sweep = self._sweep("again", RECEIVED, start, end)
            self._run("again", sweep)
            self._ask_for_open(before=start)
        state.updated_through = sweep.end

    def _sweep(self, name: str, axis: Axis, start: datetime | None, end: datetime | None) -> Sweep:
        """The sweep of that name that was not ended, or else a new one."""
        options = {
            "page_size": self._options.page_size,
            "window_days": self._options.window_days,
        }
        kept = self._state.sweeps.get(name)
        if kept is not None:
            return Sweep.resume(self._client, axis, kept, self._instant, **options)
        assert start is not None and end is not None
        return Sweep.over(self._client, axis, start, end, self._instant, **options)

    def _run(self, name: str, sweep: Sweep) -> None:
        for records in sweep:
            self._take(records)
            self._state.sweeps = {**self._state.sweeps, name: sweep.kept()}
            save_state(self._store, self._state)
        self.report.crowded += sweep.crowded
        self._state.sweeps = {key: at for key, at in self._state.sweeps.items() if key != name}

    def _knows_updates(self) -> bool:
        """Whether the server can be asked for what it updated: nothing was, a year from now."""
        question = {
            UPDATED.start: (now() + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "page_size": "1",
        }
        try:
            body = self._client.get(question)
            return not parse_requests(body, self._client.shown(question))
        except PullError as error:
            if error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return False

    def _ask_for_open(self, *, before: datetime) -> None:
        """Requests older than what was read again, of which nothing tells that they are closed."""
        for ids in self._open_ids(before):
            question = {"service_request_id": ",".join(ids)}
            try:
                body = self._client.get(question)
            except PullError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    continue
                raise
            records = parse_requests(body, self._client.shown(question))
            wanted = set(ids)  # a server that does not know the list answers with others
            self._take([r for r in records if str(r.get("service_request_id")) in wanted])

    def _open_ids(self, before: datetime) -> Iterator[list[str]]:
        query = (
            select(complaints.c.external_id)
            .where(
                complaints.c.source == self._preset.source,
                complaints.c.requested_at < before,
                complaints.c.status.in_(_OPEN),
            )
            .order_by(complaints.c.id)
        )
        with read(self._store.engine) as connection:
            ids = [key for key in connection.scalars(query) if key and "," not in key]
        for start in range(0, len(ids), _IDS_AT_ONCE):
            yield ids[start : start + _IDS_AT_ONCE]

    def _take(self, records: list[dict[str, Any]]) -> None:
        report = self.report
        taken = take_records(self._store, records, self._preset)
        refused = []
        for record, item in zip(records, taken, strict=True):
            report.read += 1
            report.stored += item.created
            report.updated += item.updated
            if item.refusal is not None:
                report.refused += 1
                report.reasons[item.refusal] = report.reasons.get(item.refusal, 0) + 1
                refused.append((record, item.refusal))
            else:
                self._rejects.forget(record)
        self._rejects.add(refused)
        report.requests = self._client.requests
        if self._on_answer is not None:
            self._on_answer(report)

    def _instant(self, value: Any) -> datetime | None:
        try:
            return self._clock.read(value)
        except ValueError:
            return None
