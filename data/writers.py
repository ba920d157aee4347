"""Waiting until those that write now have committed, without the lock that they hold.

Readers are strangers: they may look at who holds the lock, never stand in the queue for it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from data.database import APPEND_LOCK

_POLL_SECONDS = 0.005
_LOCKS = Path("/proc/locks")
_WAL_WRITE_LOCK = 120  # the byte of the -shm file that a writer locks (SQLite's WAL format)

_HOLDER = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) + objid::bigint = :key AND objsubid = 1"
)


def wait_for_writers(engine: Engine, *, patience_seconds: float) -> bool:
    """Whether the transaction that holds the lock of `write`, if any, ended within the patience.

    Where the system does not tell who holds a SQLite file (it is no Linux), nothing is waited for.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        look = _sqlite_writing(connection) if is_sqlite else _postgresql_writing(connection)
        deadline = time.monotonic() + patience_seconds
        while look():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
    return True


def _postgresql_writing(connection: Connection) -> Callable[[], bool]:
    first = connection.scalar(_HOLDER, {"key": APPEND_LOCK})

    def look() -> bool:
        return first is not None and connection.scalar(_HOLDER, {"key": APPEND_LOCK}) == first

    return look


def _sqlite_writing(connection: Connection) -> Callable[[], bool]:
    """Locks have no names here; but when one writer follows another, the first has committed."""
    driver = connection.connection.driver_connection
    assert driver is not None

    def version() -> int:
        return int(driver.execute("PRAGMA data_version").fetchone()[0])

    first = version()
    shared = Path(f"{connection.engine.url.database}-shm")

    def look() -> bool:
        return _is_locked(shared) and version() == first

    return look


def _is_locked(shared: Path) -> bool:
    try:
        status = shared.stat()
        lines = _LOCKS.read_text().splitlines()
    except OSError:
        return False
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        parts = line.split()
        if "WRITE" in parts and device in parts and "->" not in parts:
            first, last = parts[-2:]
            if int(first) <= _WAL_WRITE_LOCK and (last == "EOF" or int(last) >= _WAL_WRITE_LOCK):
                return True
    return False
