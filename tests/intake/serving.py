"""The intake in processes of its own, as other people's clients meet it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.conftest import ROOT
from tests.intake.conftest import Api
from tests.postgresql import free_port


@dataclass
class Served:
    """The intake alone, two processes, that can be killed and started again."""

    database_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "4"),
            *("--bind", f"127.0.0.1:{self.port}", "--log-level", "critical"),
            *("--no-control-socket", "intake:create_app()"),
        ]
        environment = os.environ | {"PANTAU_DATABASE_URL": self.database_url}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, "no server came up"
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/open311/v2/discovery.json"):
                return True
        except OSError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/open311/v2"


@contextmanager
def serving(api: Api) -> Iterator[Served]:
    """A server on the database of `api`."""
    server = Served(api.store.engine.url.render_as_string(hide_password=False))
    server.start()
    try:
        yield server
    finally:
        server.kill()
