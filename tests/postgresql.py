"""A PostgreSQL server of our own: on loopback, in a temporary folder, without rights."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}  # as `pg_ctl stop -m` sends


@dataclass
class PostgresServer:
    """Can be stopped, cut off and started again on the same data."""

    programs: Path
    folder: Path
    port: int
    is_durable: bool = True  # through a loss of power; without, a new database takes half the time
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://pantau@127.0.0.1:{self.port}"

    def create(self) -> None:
        if _user():
            shutil.chown(self.folder, _user())
        subprocess.run(
            [self.programs / "initdb", "-D", self.folder / "db", "-U", "pantau", "-A", "trust"]
            + ["-E", "UTF8"],
            user=_user(),
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def start(self) -> None:
        """Returns once it answers."""
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "db", "-p", str(self.port)]
            + ["-k", self.folder, "-c", "listen_addresses=127.0.0.1"]
            + ([] if self.is_durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]),
            user=_user(),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt of the tests is not meant for it
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL on port {self.port} does not answer")
            time.sleep(0.1)

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends sessions and flushes; `immediate` leaves what a power cut leaves."""
        if self.process is not None:
            self.process.send_signal(_SIGNALS[mode])
            self.process.wait(timeout=60)
            self.process = None

    def administer(self, statement: str) -> None:
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement))

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_postgresql(programs: Path, *, is_durable: bool = True) -> Iterator[PostgresServer]:
    # Not in pytest's own folder: every session that starts closes that to all other users.
    with tempfile.TemporaryDirectory(prefix="pantau-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(programs, Path(folder), free_port(), is_durable)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def find_programs() -> Path | None:
    """The folder of initdb and postgres, where they are installed."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _user() -> str | None:
    """PostgreSQL refuses to be run by root."""
    return "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
