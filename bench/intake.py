"""Durable single posts and bulk import a second: `python -m bench.intake`.

For SQLite and for a PostgreSQL server of its own: two server processes as `make run` starts them,
posts from several clients in a process of their own while a reader uses the dashboard, then one
import of made-up rows. Beside each figure, in the same run, a bare `INSERT … COMMIT` loop on the
same database. Everything is in temporary folders and on loopback; bounded by --seconds.
"""

import argparse
import csv
import json
import multiprocessing
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from data.city import init_city, read_pack
from data.keys import create_key
from data.store import Store, open_store
from tests.postgresql import find_programs, free_port, running_postgresql

_ROOT = Path(__file__).parent.parent
_CITY = _ROOT / "data" / "cities" / "jakarta"
_BARE_SECONDS = 2.0
_SERVICES = ("garbage", "damaged-road", "street-light", "illegal-parking")
_CENTRE = (-6.2, 106.82)  # all around it is city
_MAP = "period=all&bbox=106.6,-6.4,107,-6&zoom=11"


def _make_city(url: str) -> tuple[Store, str]:
    store = open_store(url)
    init_city(store.engine, read_pack(_CITY))
    channel = next(iter(store.reference().channel_by_code))
    return store, create_key(store, "bench", channel)


def _bare_rate(engine: Engine) -> float:
    """Rows a second of the least that is durable: one INSERT, one COMMIT."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, words TEXT)"))
    done, begun = 0, time.perf_counter()
    with engine.connect().execution_options(pantau_write=True) as connection:
        while time.perf_counter() - begun < _BARE_SECONDS:
            with connection.begin():
                connection.execute(
                    text("INSERT INTO bare VALUES (:id, :words)"), {"id": done, "words": "x" * 200}
                )
            done += 1
    return done / (time.perf_counter() - begun)


@contextmanager
def _serving(url: str, var: Path, port: int, workers: int, threads: int) -> Iterator[None]:
    environment = os.environ | {"PANTAU_DATABASE_URL": url, "PANTAU_VAR": str(var)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread"]
        + ["--workers", str(workers), "--threads", str(threads), "--bind", f"127.0.0.1:{port}"]
        + ["--log-level", "error", "--no-control-socket", "--keep-alive", "30", "app:create_app()"],
        cwd=_ROOT,
        env=environment | {"PANTAU_DEMO": "0"},
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


class _Client:
    """A keep-alive connection that costs the machine as little as may be."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port))

    def post(self, body: bytes) -> int:
        """The status of POST requests.json."""
        self._socket.sendall(
            b"POST /open311/v2/requests.json HTTP/1.1\r\nHost: bench\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        received = b""
        while b"\r\n\r\n" not in received:
            part = self._socket.recv(65_536)
            if not part:
                self._socket = socket.create_connection(("127.0.0.1", self._port))
                return 0
            received += part
        head, _, rest = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(rest) < length:
            rest += self._socket.recv(65_536)
        return int(head[9:12])


def _post_for(port: int, key: str, clients: int, seconds: float, results: object) -> None:
    """In a process of its own: posts from many threads; puts (latencies, refused) at the end."""
    latencies: list[float] = []
    refused: dict[int, int] = {}
    deadline = time.perf_counter() + seconds

    def run(number: int) -> None:
        client, chance = _Client(port), random.Random(number)
        while time.perf_counter() < deadline:
            body = urlencode(
                {
                    "api_key": key,
                    "service_code": chance.choice(_SERVICES),
                    "lat": f"{_CENTRE[0] + chance.uniform(-0.04, 0.04):.6f}",
                    "long": f"{_CENTRE[1] + chance.uniform(-0.04, 0.04):.6f}",
                    "description": f"Laporan warga nomor {chance.randrange(10**9)}",
                }
            ).encode()
            begun = time.perf_counter()
            status = client.post(body)
            if status == 201:
                latencies.append(time.perf_counter() - begun)
            else:
                refused[status] = refused.get(status, 0) + 1
                time.sleep(0.05)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((latencies, refused))  # type: ignore[attr-defined]


def _use_dashboard(port: int, stop: threading.Event, waits: list[float]) -> None:
    """A reader with the map open: what is new each second, points and heat after it."""
    base = f"http://127.0.0.1:{port}"
    seq = 0
    while not stop.is_set():
        begun = time.perf_counter()
        for path in (
            f"/api/live?since={seq}&period=all",
            f"/api/points.geojson?{_MAP}",
            "/tiles/heat/9/407/265@4x.png?period=all",
        ):
            with urllib.request.urlopen(base + path, timeout=30) as answer:
                content = answer.read()
            if "live" in path:
                seq = json.loads(content)["seq"]
        waits.append(time.perf_counter() - begun)
        stop.wait(1.0)


def measure_posts(url: str, var: Path, options: argparse.Namespace) -> None:
    store, key = _make_city(url)
    bare = _bare_rate(store.engine)
    store.engine.dispose()
    port = free_port()
    results = multiprocessing.get_context("spawn").Queue()
    stop, waits = threading.Event(), []
    with _serving(url, var, port, options.workers, options.threads):
        reader = threading.Thread(target=_use_dashboard, args=(port, stop, waits))
        reader.start()
        poster = multiprocessing.get_context("spawn").Process(
            target=_post_for, args=(port, key, options.clients, options.seconds, results)
        )
        poster.start()
        latencies, refused = results.get(timeout=options.seconds + 60)
        poster.join()
        stop.set()
        reader.join()
    rate = len(latencies) / options.seconds
    ordered = sorted(latencies)
    print(
        f"  posts: {rate:6.0f}/s  p50 {statistics.median(ordered) * 1000:.0f} ms  "
        f"p99 {ordered[int(0.99 * len(ordered))] * 1000:.0f} ms  refused {refused or 0}  "
        f"| bare INSERT+COMMIT {bare:.0f}/s, ratio {rate / bare:.2f}"
    )
    print(
        f"  meanwhile the dashboard (3 requests) median {statistics.median(waits) * 1000:.0f} ms, "
        f"slowest {max(waits) * 1000:.0f} ms"
    )


def _write_rows(path: Path, number: int) -> None:
    chance = random.Random(7)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    columns = "external_id service requested closed status latitude longitude description"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split())
        for row in range(number):
            at = begin + timedelta(minutes=chance.randrange(300_000))
            closed = at + timedelta(hours=chance.randrange(1, 200))
            place = [f"{degrees + chance.uniform(-0.04, 0.04):.6f}" for degrees in _CENTRE]
            writer.writerow(
                [row, chance.choice(_SERVICES), at.isoformat(), closed.isoformat(), "closed"]
                + [*place, "Sampah menumpuk di tepi jalan"]
            )


def measure_import(url: str, var: Path, options: argparse.Namespace) -> None:
    """`flask complaints import`, interpreter start included."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.csv"
        _write_rows(source, options.rows)
        environment = os.environ | {"PANTAU_DATABASE_URL": url, "PANTAU_VAR": str(var)}
        begun = time.perf_counter()
        found = subprocess.run(
            [sys.executable, "-m", "flask", "complaints", "import", source, "--preset", "plain"],
            cwd=_ROOT,
            env=environment | {"PANTAU_DEMO": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - begun
    last = (found.stdout.strip().splitlines() or [found.stderr.strip()[-300:]])[-1]
    print(f"  import: {options.rows / seconds:6.0f} rows/s ({seconds:.1f} s; {last})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="pantau-") as folder:
            print("SQLite")
            _measure(f"sqlite:///{folder}/bench.db", Path(folder), options)
    programs = find_programs()
    if options.only != "sqlite" and programs is not None:
        with running_postgresql(programs) as server, tempfile.TemporaryDirectory() as folder:
            print("PostgreSQL")
            server.administer("CREATE DATABASE bench")
            _measure(f"{server.url}/bench", Path(folder), options)


def _measure(url: str, var: Path, options: argparse.Namespace) -> None:
    measure_posts(url, var, options)
    if options.rows:
        measure_import(url, var, options)


if __name__ == "__main__":
    main()
