"""How often requests were refused, and when keys were last used: counted first, written later.

A flood of bad requests must not become a flood of writes. Each process counts in memory and
writes at most once a second, and at its end; the counts of all processes add up in the table.
What a process had counted in its last second is lost when it is killed.
"""

import atexit
import logging
import threading
import weakref
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from data import schema
from data.database import write
from data.instants import day_of, from_epoch, now, to_epoch
from data.reasons import Reason
from data.reference import CityMissing, Reference
from data.store import Store

NO_CHANNEL = 0  # the channel and the key of requests whose key is not known
_PAUSE_SECONDS = 1.0
_RETRY_SECONDS = 5.0
_QUARTER = 900  # seconds: every time zone's midnight is at one
_USE_SECONDS = 60  # how exactly the last use of a key is known
_MOST_CELLS = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Cell:
    quarter: int  # of an hour, since 1970
    channel_code: str | None
    api_key_id: int
    status: int
    reason: Reason


@dataclass(frozen=True)
class _Tally:
    count: int
    last_at: int


class Buffer:
    """What one process has counted and not yet written; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._refused: dict[_Cell, _Tally] = {}
        self._uses: dict[int, int] = {}
        self._told: dict[int, int] = {}  # the last use of each key that was noted
        self._timer: threading.Timer | None = None
        atexit.register(_flush_if_alive, weakref.ref(self))

    def refuse(self, cell: _Cell, at: int, count: int) -> None:
        with self._lock:
            known = self._refused.get(cell)
            if known is None and len(self._refused) >= _MOST_CELLS:
                return  # the database has been away for days
            self._refused[cell] = _Tally((known.count if known else 0) + count, at)
            self._start_timer(_PAUSE_SECONDS)

    def use(self, api_key_id: int, at: int) -> None:
        with self._lock:
            if at - self._told.get(api_key_id, 0) < _USE_SECONDS:
                return
            self._told[api_key_id] = self._uses[api_key_id] = at
            self._start_timer(_PAUSE_SECONDS)

    def _start_timer(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = threading.Timer(seconds, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Write what was counted; where that fails it stays counted, and is tried again."""
        with self._writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                refused, self._refused = self._refused, {}
                uses, self._uses = self._uses, {}
            if not refused and not uses:
                return
            try:
                _write(self._store, refused, uses)
            except (SQLAlchemyError, CityMissing) as error:
                _log.warning("refused requests are not written yet: %s", type(error).__name__)
                self._take_back(refused, uses)

    def _take_back(self, refused: dict[_Cell, _Tally], uses: dict[int, int]) -> None:
        with self._lock:
            for cell, tally in refused.items():
                newer = self._refused.get(cell)
                if newer is not None:
                    tally = replace(newer, count=newer.count + tally.count)
                self._refused[cell] = tally
            self._uses = uses | self._uses
            self._start_timer(_RETRY_SECONDS)


def record_refusal(
    store: Store,
    *,
    status: int,
    reason: Reason,
    channel_code: str | None = None,
    api_key_id: int = NO_CHANNEL,
    at: datetime | None = None,
    count: int = 1,
) -> None:
    """Count a refused request, or so many refused records.

    Touches no database, so it is safe while that is away.
    """
    instant = to_epoch(at or now())
    cell = _Cell(instant // _QUARTER, channel_code, api_key_id, status, reason)
    _buffer(store).refuse(cell, instant, count)


def record_use(store: Store, api_key_id: int, *, at: datetime | None = None) -> None:
    """Note that a key was used; what is written is exact to a minute."""
    _buffer(store).use(api_key_id, to_epoch(at or now()))


def flush(store: Store) -> None:
    """Write now what this process has counted."""
    _buffer(store).flush()


def _buffer(store: Store) -> Buffer:
    buffer: Buffer = store.kept("refusals", lambda: Buffer(store))
    return buffer


def _flush_if_alive(reference: "weakref.ref[Buffer]") -> None:
    buffer = reference()
    if buffer is not None:
        buffer.flush()


def _write(store: Store, refused: dict[_Cell, _Tally], uses: dict[int, int]) -> None:
    reference = store.reference()
    with write(store.engine) as connection:  # its lock makes update-or-insert one step
        for cell, tally in refused.items():
            _add(connection, _key(cell, reference), tally)
        for api_key_id, used_at in uses.items():
            _note_use(connection, api_key_id, used_at)


def _key(cell: _Cell, reference: Reference) -> dict[str, int | str]:
    begin = from_epoch(cell.quarter * _QUARTER).astimezone(reference.city.time_zone)
    channel = reference.channel_by_code.get(cell.channel_code or "")
    return {
        "day": day_of(begin.date()),
        "channel_id": channel.id if channel else NO_CHANNEL,
        "api_key_id": cell.api_key_id,
        "status": cell.status,
        "reason": cell.reason.value,
    }


def _add(connection: Connection, key: dict[str, int | str], tally: _Tally) -> None:
    table = schema.refusals
    here = [table.c[name] == value for name, value in key.items()]
    known = connection.execute(select(table.c.n, table.c.last_at).where(*here)).first()
    last_at = from_epoch(tally.last_at)
    if known is None:
        connection.execute(insert(table).values(**key, n=tally.count, last_at=last_at))
        return
    connection.execute(
        update(table)
        .where(*here)
        .values(n=known.n + tally.count, last_at=max(known.last_at, last_at))
    )


def _note_use(connection: Connection, api_key_id: int, used_at: int) -> None:
    table, instant = schema.api_key_uses, from_epoch(used_at)
    known = connection.scalar(select(table.c.used_at).where(table.c.api_key_id == api_key_id))
    if known is None:
        connection.execute(insert(table).values(api_key_id=api_key_id, used_at=instant))
    elif known < instant:
        connection.execute(
            update(table).where(table.c.api_key_id == api_key_id).values(used_at=instant)
        )
