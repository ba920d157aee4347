"""One command from nothing to a running city: database, demo, server. Run by `make run`."""

import ipaddress
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

from data.city import PackError, init_city, read_pack
from data.database import DatabaseError
from data.demo.fill import unfinished_fill
from data.demo.key import ensure_demo_key
from data.settings import SettingError, Settings
from data.store import open_store

_WORKERS, _THREADS = 2, 8
_BIN = Path(sys.executable).parent


def main() -> int:
    """Serve until interrupted; the exit code of the server."""
    try:
        settings = Settings.from_environment()
        host, port = _address()
        store = open_store(settings.database_url)
        init_city(store.engine, read_pack(settings.city))
    except (SettingError, PackError, DatabaseError) as error:
        print(f"Pantau cannot start: {error}", file=sys.stderr)
        return 2
    key = None
    if settings.demo:
        if store.latest_seq() == 0 or unfinished_fill(store):
            subprocess.run([_BIN / "flask", "demo", "fill"], check=True)
            store.forget()
        if store.reference().city.demo:  # never among the complaints of a real city
            key = ensure_demo_key(store, settings.var)
    name = store.reference().city.name
    store.engine.dispose()
    return _run(name, host, port, key)


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
    return host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _run(name: str, host: str, port: int, demo_key: str | None) -> int:
    address = f"http://{_shown(host)}:{port}"
    server = subprocess.Popen(
        [
            _BIN / "gunicorn",
            *("--bind", f"{_shown(host)}:{port}", "--worker-class", "gthread"),
            *("--workers", str(_WORKERS), "--threads", str(_THREADS)),
            *("--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "30"),
            "--no-control-socket",
            *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"),
            *("--log-level", "warning", "app:create_app()"),
        ]
    )
    children = [server]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for child in children:
            if child.poll() is None:
                child.terminate()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if _answers(f"{address}/healthz", server):
        print(f"Pantau watches over {name} at {address}  (Ctrl-C stops it)", flush=True)
        if demo_key:
            print(f"The demo's API key: {demo_key}", flush=True)
            children.append(subprocess.Popen([_BIN / "flask", "demo", "live", "--url", address]))
    code = server.wait()
    stop(signal.SIGTERM, None)
    for child in children:
        child.wait()
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
