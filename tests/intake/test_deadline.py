"""A body that comes slowly: the thread that waits for it is freed, and the sender is told."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from intake.deadline import RATE, Reading, to_give_up
from tests.conftest import ROOT
from tests.intake.conftest import Api
from tests.intake.served import environment_of, url_of
from tests.postgresql import free_port

# The same program, with less patience.
SHORT = """
from intake import deadline
deadline.SECONDS = 2
from intake import create_app
app = create_app()
"""


def _reading(sent: int) -> Reading:
    """A body of 1 MB that began at 0, of which so many bytes came."""
    with socket.socket() as connection:
        pass
    reading = Reading(connection, io.BytesIO(bytes(1 << 20)), patience=30, begun=0)
    while sent > 0:
        sent -= len(reading.read(sent))
    return reading


def test_a_body_earns_time_by_what_came() -> None:
    nothing, some, much = _reading(0), _reading(10 * RATE), _reading(1 << 20)
    assert not to_give_up([nothing, some, much], 29)
    assert to_give_up([nothing, some, much], 31) == [nothing]
    assert to_give_up([nothing, some, much], 41) == [nothing, some]
    assert to_give_up([much], 301) == [much]


def test_the_slowest_make_room_where_bodies_are_very_many() -> None:
    readings = [_reading(100 * n) for n in range(30)]
    assert to_give_up(readings, 1) == []  # they have only begun
    assert to_give_up(readings, 3) == readings[:6]


@contextmanager
def _serving(api: Api, folder: Path, command: list[str], port: int) -> Iterator[int]:
    (folder / "impatient.py").write_text(SHORT)
    environment = environment_of(url_of(api), api.photos.parent)
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(folder)])
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=environment, cwd=folder, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("no server came up")


@pytest.fixture(params=["gunicorn", "flask"])
def port(request: pytest.FixtureRequest, any_api: Api, tmp_path: Path) -> Iterator[int]:
    number = free_port()
    if request.param == "gunicorn":
        command = [
            *("gunicorn", "--worker-class", "gthread", "--threads", "1", "--log-level", "critical"),
            *("--no-control-socket", "--bind", f"127.0.0.1:{number}", "impatient:app"),
        ]
    else:
        command = ["flask", "--app", "impatient:app", "run", "--port", str(number)]
    with _serving(any_api, tmp_path, command, number) as served:
        yield served


def _drip(port: int, head: str, first: bytes, drop: bytes) -> tuple[bytes, float]:
    """The answer to a body of which a drop comes every 0.3 s, and the seconds it took."""
    begun, answer = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=0.3) as connection:
        connection.sendall(f"{head}\r\nHost: x\r\n\r\n".encode() + first)
        while time.monotonic() - begun < 20:
            try:
                part = connection.recv(65_536)
            except TimeoutError:
                try:
                    connection.sendall(drop)
                except OSError:
                    break
                continue
            except OSError:
                break
            if not part:
                break
            answer += part
    return answer, time.monotonic() - begun


@pytest.mark.parametrize(
    ("head", "first", "drop"),
    [
        (
            "POST /open311/v2/requests.json HTTP/1.1\r\nContent-Length: 5000\r\n"
            "Content-Type: application/x-www-form-urlencoded",
            b"service_code=",
            b"a",
        ),
        (
            "POST /open311/v2/servicerequestupdates.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/json",
            b"1\r\n{\r\n",
            b"1\r\n \r\n",
        ),
        (
            "POST /open311/v2/requests/1/feedback.json HTTP/1.1\r\nContent-Length: 5000\r\n"
            "Content-Type: multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n',
            b"a",
        ),
    ],
)
def test_a_body_in_drops_is_408_and_the_connection_ends(
    port: int, head: str, first: bytes, drop: bytes
) -> None:
    answer, seconds = _drip(port, head, first, drop)
    assert answer.startswith(b"HTTP/1.1 408")
    (error,) = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert error["code"] == 408
    assert error["description"].startswith("the body did not arrive within 2 s")
    assert 2 <= seconds < 10


def test_the_only_thread_is_free_again(any_api: Api, port: int) -> None:
    head = (
        "POST /open311/v2/feeds/qlue-push.json HTTP/1.1\r\nContent-Length: 5000\r\n"
        f"Content-Type: application/json\r\nX-API-Key: {any_api.key}"
    )
    answer, _ = _drip(port, head, b"{", b" ")
    assert answer.startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /open311/v2/discovery.json HTTP/1.0\r\nHost: x\r\n\r\n")
        assert connection.recv(65_536).split(b"\r\n")[0].endswith(b"200 OK")
