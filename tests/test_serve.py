"""`make run` says in one sentence why it cannot start, before it makes anything; else it serves."""

import csv
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

import pytest

from queries.layers.conditions import MOST_POINTS
from tests.conftest import ROOT
from tests.postgresql import free_port


def refuse(var: Path, **environment: str) -> str:
    """What is said; starting must fail and leave nothing behind."""
    ended = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=ROOT,
        env=os.environ | {"PANTAU_VAR": str(var), "PANTAU_DEMO": "0"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PANTAU_DATABASE_URL": "garbage"}, "is no database address"),
        ({"PANTAU_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "database does not answer"),
        ({"HOST": "0.0.0.0"}, "set PANTAU_ALLOW_REMOTE=1"),
        ({"PORT": "eighty"}, "PORT is 'eighty'"),
        ({"PANTAU_CITY": "/nowhere"}, "/nowhere is not a city pack"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    assert said in refuse(tmp_path / "var", **({"PORT": str(free_port())} | environment))


def test_a_taken_port_is_noticed_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refuse(tmp_path / "var", PORT=str(taken.getsockname()[1]))
    assert "set another PORT" in said
    assert not (tmp_path / "var").exists()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a new demo of 300 complaints, as soon as it says that it watches."""
    small = {"FLASK_DEMO_FILL_COMPLAINTS": "300", "FLASK_DEMO_FILL_MONTHS": "1"}
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "serve.py"],
        cwd=ROOT,
        env=os.environ | {"PANTAU_VAR": str(tmp_path), "PANTAU_DEMO": "1", "PORT": port} | small,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    limit = threading.Timer(300, process.terminate)
    limit.start()
    try:
        said = next((line for line in process.stdout if "Pantau watches" in line), None)
        assert said, "serving ended before it began"
        yield f"http://127.0.0.1:{port}"
    finally:
        limit.cancel()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_a_new_demo_has_its_layers_at_the_first_answer_and_takes_the_largest_drawing(
    served: str,
) -> None:
    def fetch(path: str) -> str:
        with build_opener(ProxyHandler({})).open(served + path, timeout=60) as answer:
            return str(answer.read().decode())

    codes = {layer["code"] for layer in json.loads(fetch("/api/layers.json"))["layers"]}
    assert {"pumps", "rivers", "water-levels"} <= codes
    everything = "/export/complaints.csv?period=all"
    near = list(csv.reader(fetch(everything + "&near=pumps:1000").splitlines()))
    assert 1 < len(near) < len(fetch(everything).splitlines())
    corners = (math.tau * n / MOST_POINTS for n in range(MOST_POINTS))
    ring = ";".join(f"{106.8 + math.cos(a):.5f},{-6.2 + math.sin(a):.5f}" for a in corners)
    drawn = "area=" + quote(f"polygon:{ring}", safe="")
    assert len(fetch(f"/?{drawn}")) > 1_000
    assert len(fetch(f"{everything}&{drawn}").splitlines()) > 250
