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
from pathlib import Path

from tests.conftest import ROOT
from tests.intake.conftest import Api
from tests.postgresql import free_port


@dataclass
class Served:
    """Two server processes; can be killed and started again."""

    database_url: str
    var: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"{self.url}/open311/v2"

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{self.port}"),
            *("--log-level", "critical", "--no-control-socket", "intake:create_app()"),
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment_of(self.database_url, self.var),
            start_new_session=True,
            stderr=subprocess.DEVNULL,
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
            with urllib.request.urlopen(f"{self.url}/open311/v2/discovery.json"):
                return True
        except OSError:
            return False


def environment_of(database_url: str, var: Path) -> dict[str, str]:
    return os.environ | {"PANTAU_DATABASE_URL": database_url, "PANTAU_VAR": str(var)}


def url_of(api: Api) -> str:
    return api.store.engine.url.render_as_string(hide_password=False)


@contextmanager
def serving(api: Api) -> Iterator[Served]:
    """On the database and the folder of `api`."""
    server = Served(url_of(api), api.photos.parent)
    server.start()
    try:
        yield server
    finally:
        server.kill()
