"""One command from nothing to a running city: database, demo, server. Run by `make run`."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

from sqlalchemy.exc import OperationalError

from data.city import PackError, init_city, read_pack
from data.database import DatabaseError
from data.demo.fill import unfinished_fill
from data.demo.key import ensure_demo_key
from data.settings import SettingError, Settings
from data.store import open_store

_WORKERS, _THREADS = 2, 32  # the intake takes half of them at most
# A link with a drawing of 300 points is this long; the next request names it as its Referer, too.
LONG_LINKS = ("--limit-request-line", "8190", "--limit-request-field_size", "16380")
_BIN = Path(sys.executable).parent


def main() -> int:
    """Serve until interrupted; the exit code of the server."""
    children = Children()
    try:
        settings = Settings.from_environment()
        host, port = _address()
        store = open_store(settings.database_url)
        init_city(store.engine, read_pack(settings.city))
    except (SettingError, PackError, DatabaseError, OSError) as error:
        return _cannot_start(str(error))
    except OperationalError as error:
        return _cannot_start(f"the database does not answer: {error.orig}".strip())
    key = None
    if settings.demo:
        if store.latest_seq() == 0 or unfinished_fill(store):
            filling = children.start("flask", "demo", "fill")
            # Meanwhile, so that a link that asks a layer means something from the first answer on.
            loading = children.start("flask", "layers", "pack", "--quiet")
            if code := filling.wait():
                children.stop()
                return max(code, 1)
            loading.wait()  # what failed is said, and `follow` tries it again
            if children.are_stopping:
                return 1
            store.forget()
        if store.reference().city.demo:  # never among the complaints of a real city
            key = ensure_demo_key(store, settings.var)
    name = store.reference().city.name
    store.engine.dispose()
    return _serve(children, name, host, port, key)


class Children:
    """The processes we start; an interrupt ends them all."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self.are_stopping = False
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)

    def start(self, program: str, *options: str) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen([_BIN / program, *options])
        self._running.append(child)
        return child

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop()

    def stop(self) -> None:
        self.are_stopping = True
        for child in self._running:
            if child.poll() is None:
                child.terminate()

    def wait(self) -> None:
        for child in self._running:
            child.wait()


def _cannot_start(reason: str) -> int:
    print(f"Pantau cannot start: {reason}", file=sys.stderr)
    return 2


def _address() -> tuple[str, int]:
    """HOST and PORT. There is no sign-in, so only this machine may reach it unless told so."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = os.environ.get("PORT") or "8050"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingError(f"PORT is {port!r}; use a number from 1 to 65535")
    if not _is_loopback(host):
        if os.environ.get("PANTAU_ALLOW_REMOTE") != "1":
            raise SettingError(
                f"HOST is {host!r}, which others can reach, and there is no sign-in; "
                "set PANTAU_ALLOW_REMOTE=1 as well if that is meant"
            )
        print(f"WARNING: everyone who can reach {host}:{port} sees every complaint.", flush=True)
    _refuse_taken(host, int(port))
    return host, int(port)


def _refuse_taken(host: str, port: int) -> None:
    """Before anything is made: a server that is there already would answer in our place."""
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((bare, port))
        except OSError as error:
            raise SettingError(
                f"HOST {host} and PORT {port} cannot be listened on ({error.strerror}); "
                "set another PORT"
            ) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _serve(children: Children, name: str, host: str, port: int, demo_key: str | None) -> int:
    address = f"http://{_shown(host)}:{port}"
    server = children.start(
        "gunicorn",
        *("--bind", f"{_shown(host)}:{port}", "--worker-class", "gthread"),
        *("--workers", str(_WORKERS), "--threads", str(_THREADS)),
        *("--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "30"),
        "--no-control-socket",
        *LONG_LINKS,
        *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"),
        *("--log-level", "warning", "app:create_app(warm=True)"),
    )
    if _answers(f"{address}/healthz", server):
        print(f"Pantau watches over {name} at {address}  (Ctrl-C stops it)", flush=True)
        options = ["--pack"] if demo_key else []  # approximate layers are for the demo alone
        if demo_key:
            print(f"The demo's API key: {demo_key}", flush=True)
            children.start("flask", "demo", "live", "--url", address)
        children.start("flask", "follow", "--server", address, *options)
    code = server.wait()
    children.stop()
    children.wait()
    return max(code, 0)


def _answers(url: str, server: "subprocess.Popen[bytes]") -> bool:
    """Whether the server came up; False as soon as it ends."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except OSError:  # not listening yet, or still loading
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    raise SystemExit(main())
