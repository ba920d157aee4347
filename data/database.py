"""Connections. A read sees one consistent state; a write holds the lock under which `seq` grows."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

_MIGRATIONS = Path(__file__).parent / "migrations"
APPEND_LOCK = 0x70616E746175  # any constant will do; every writer takes the same one
_BUSY_SECONDS = 30
REQUEST_SECONDS = 5  # a client that waits longer for the lock is better told to come back
_POLL_SECONDS = 0.002
_CONNECT_SECONDS = 5
_POOL = {"pool_size": 24, "max_overflow": 8, "pool_timeout": 5}

_LEAST_SECONDS = 0.05  # where the patience of a request is at its end; 0 would be without one
_patience: ContextVar[float] = ContextVar("patience", default=_BUSY_SECONDS)

# What is raised while the database is away, locked for too long or out of connections.
AWAY = (OperationalError, InterfaceError, NoConnectionFree)


class DatabaseError(ValueError):
    """The database address cannot be used."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`.

    Raises DatabaseError for any other kind of address, and a folder that cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "PANTAU_DATABASE_URL is no database address; use sqlite:///… or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        try:
            return _open_sqlite(url)
        except OSError as error:
            raise DatabaseError(
                f"the folder {error.filename} of the database cannot be made: {error.strerror}; "
                "let PANTAU_VAR, or PANTAU_DATABASE_URL, be where it can"
            ) from None
    if backend == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,  # errors are logged, and what people wrote is not
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                # A server that is cut off, not stopped, sends no word: ask, and give up.
                "tcp_user_timeout": 10_000,
                "keepalives_idle": 10,
                "keepalives_interval": 3,
                "keepalives_count": 3,
            },
            **_POOL,
        )
    raise DatabaseError(
        f"PANTAU_DATABASE_URL begins with {backend!r}; use sqlite:///… or postgresql://…"
    )


def _open_sqlite(url: str) -> Engine:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise DatabaseError(f"{url!r} names no file; a database in memory cannot be shared")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False}, **_POOL
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {_BUSY_SECONDS * 1000}",
            "cache_size = -65536",
            "mmap_size = 1073741824",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that later writes fails at once when another one has written
        # meanwhile; only a transaction that is a writer from its first statement can wait.
        patience = connection.get_execution_options().get("pantau_write")
        if patience is not None:
            _wait_to_write(connection.connection.driver_connection, patience)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _wait_to_write(connection: Any, patience_seconds: float) -> None:
    """Become the writer, or raise OperationalError.

    SQLite's own waiting sleeps longer and longer, up to 0.1 s: among busy writers some starve.
    """
    deadline = time.monotonic() + patience_seconds
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or time.monotonic() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            time.sleep(_POLL_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """One transaction that alone may append events; commits at the end, or leaves no trace.

    Raises OperationalError when other writers hold the lock for longer than the patience: 30 s; and
    after `hurry` REQUEST_SECONDS for all that the request writes together.
    """
    patience_seconds, begun = _patience.get(), time.monotonic()
    options = {"pantau_write": patience_seconds}
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(engine.connect().execution_options(**options))
            stack.enter_context(connection.begin())
            if engine.dialect.name == "postgresql":
                # Sequence numbers are handed out before commit: without this lock a reader that
                # follows `seq` would miss a row that commits late.
                connection.exec_driver_sql(
                    f"SET LOCAL lock_timeout = '{round(patience_seconds * 1000)}ms'; "
                    f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
                )
        finally:
            if patience_seconds <= REQUEST_SECONDS:
                left = patience_seconds - (time.monotonic() - begun)
                _patience.set(max(left, _LEAST_SECONDS))
        yield connection


def hurry() -> None:
    """This thread answers a request: from now on it waits for other writers as long as one may."""
    _patience.set(REQUEST_SECONDS)


def take_time(_error: BaseException | None = None) -> None:
    """The request is answered."""
    _patience.set(_BUSY_SECONDS)


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """One look at the database: every statement in it sees the same state."""
    options = {}
    if engine.dialect.name == "postgresql":  # SQLite's transactions do so by themselves
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; does nothing where it is."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
