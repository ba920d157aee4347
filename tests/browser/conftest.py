"""A real server on a small filled Jakarta, and a real browser that may speak to nobody else."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from data.demo.character import read_character
from data.demo.fill import fill_city
from data.instants import now
from data.keys import create_key
from data.store import open_store
from serve import LONG_LINKS
from tests.conftest import ROOT
from tests.postgresql import free_port

COMPLAINTS = 4_000
MONTHS = 3
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_OPENER = build_opener(ProxyHandler({}))


@dataclass
class Server:
    """The whole application in a process of its own; can be stopped and started again."""

    folder: Path
    database_url: str
    port: int
    key: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {
            **os.environ,
            "PANTAU_DATABASE_URL": self.database_url,
            "PANTAU_VAR": str(self.folder / "var"),
            "PANTAU_DEMO": "0",
        }
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8"]
        command += [
            "--graceful-timeout",
            "1",
            "-b",
            f"127.0.0.1:{self.port}",
            "--no-control-socket",
            *LONG_LINKS,
            "app:create_app()",
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"no server: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def _answers(self) -> bool:
        try:
            with _OPENER.open(f"{self.url}/healthz", timeout=2):
                return True
        except (URLError, OSError):
            return False


@pytest.fixture(scope="session")
def filled_city(
    jakarta_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A database with complaints and without layers, and a key to it: filled once, copied often."""
    path = tmp_path_factory.mktemp("filled") / "city.db"
    shutil.copy(jakarta_template, path)
    store = open_store(f"sqlite:///{path}")
    character = read_character(ROOT / "data" / "cities" / "jakarta", store.reference())
    fill_city(store, character, complaints=COMPLAINTS, seed=3, end=now(), months=MONTHS)
    channel = next(iter(store.reference().channels.values()))
    key = create_key(store, "browser tests", channel.code)
    store.engine.dispose()
    return path, key


@pytest.fixture(scope="module")
def server(
    filled_city: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Of one file of tests: what another one left behind is not there."""
    template, key = filled_city
    folder = tmp_path_factory.mktemp("browser")
    for path in template.parent.glob(f"{template.name}*"):  # with what SQLite keeps beside it
        shutil.copy(path, folder / path.name)
    running = Server(folder, f"sqlite:///{folder / template.name}", free_port(), key)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page, and everything it should not have done."""

    page: Page
    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/", *, districts: bool = True) -> Page:
        self.page.goto(self.url + path)
        if districts:
            self.page.wait_for_selector("path.district", state="attached", timeout=20_000)
            self.page.wait_for_selector(".figure-number", timeout=20_000)
        return self.page


@pytest.fixture
def watched(server: Server, browser: Browser) -> Iterator[Watched]:
    """English, dark, 1440 × 900. Fails for console errors and requests to anyone else."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "pantau_lang", "value": "en", "url": server.url}])
    watching = Watched(context.new_page(), context, server.url)
    said = watching.complaints

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(f"console: {message.text}")

    def on_request(request: object) -> None:
        address = str(request.url)  # type: ignore[attr-defined]
        if not address.startswith((server.url, "data:", "blob:")):
            said.append(f"external: {address}")

    watching.page.on("console", on_console)
    watching.page.on("pageerror", lambda error: said.append(f"error: {error}"))
    watching.page.on("request", on_request)
    yield watching
    context.close()
    assert said == []
