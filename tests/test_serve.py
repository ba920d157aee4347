"""`make run` says in one sentence why it cannot start, before it makes anything."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

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
