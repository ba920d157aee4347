"""Kill the server wherever a photo is on its way: no complaint shows a photo that is not there."""

import hashlib
import io
import json
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import timedelta
from http.client import HTTPException

import pytest
from PIL import Image
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.photos import find_file, is_kept_here, sweep
from tests.conftest import ROOT
from tests.intake.conftest import Api
from tests.intake.served import environment_of, serving, url_of
from tests.photo_files import encoded, multipart

ROUNDS = 5
_SCRIPT = """
import os, signal, sys
from intake import create_app
import data.photos, intake.routes, pathlib

def die(*_given, **_options):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[1]
if where == "half a file":
    data.photos.os.fsync = die
elif where == "whole but unnamed":
    pathlib.Path.replace = die
elif where == "file, no row":
    data.photos._keep_rows = die
elif where == "row, no complaint":
    intake.routes.receive = die
elif where == "in the transaction":
    import data.log, data.complaints
    for module in [m for n, m in sys.modules.items() if n.startswith("data.")]:
        if hasattr(module, "photo_rows"):
            module.photo_rows = die
create_app().test_client().post(
    "/open311/v2/requests.json", data=sys.stdin.buffer.read(), content_type=sys.argv[2]
)
"""


def photo(shade: int = 0) -> tuple[bytes, str, str]:
    image = Image.new("RGB", (60, 40), (shade % 256, shade // 256 * 40 % 256, 90))
    return encoded(image, "PNG"), "photo.png", "image/png"


def check(api: Api) -> dict[str, list[str]]:
    """By service_request_id, its photos: each named, linked, whole and what its row says."""
    complaints, details = schema.complaints, schema.complaint_details
    photos, links = schema.photos, schema.complaint_photos
    with read(api.store.engine) as connection:
        shown = connection.execute(
            select(complaints.c.id, complaints.c.service_request_id, details.c.media_urls).join(
                details
            )
        ).all()
        linked = connection.execute(select(links.c.complaint_id, photos).join(photos)).all()
    for row in linked:
        path = find_file(api.photos, f"{row.name}.jpg")
        assert path is not None
        content = path.read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (row.sha256, row.bytes)
        Image.open(io.BytesIO(content)).load()
        small = find_file(api.photos, f"{row.name}-small.jpg")
        assert small is not None
        Image.open(small).load()
    names = {(row.complaint_id, row.name) for row in linked}
    for row in shown:
        for address in row.media_urls or ():
            assert is_kept_here(address)
            name = address.rpartition("/")[2].removesuffix(".jpg")
            assert (row.id, name) in names
    return {row.service_request_id: row.media_urls or [] for row in shown}


@pytest.mark.parametrize(
    "where",
    [
        "half a file",
        "whole but unnamed",
        "file, no row",
        "row, no complaint",
        "in the transaction",
    ],
)
def test_a_kill_leaves_at_most_what_a_sweep_removes(any_api: Api, where: str) -> None:
    api = any_api
    body, content_type = multipart(api.fields(media=photo()))
    killed = subprocess.run(
        [sys.executable, "-c", _SCRIPT, where, content_type],
        input=body,
        cwd=ROOT,
        env=environment_of(url_of(api), api.photos.parent),
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    assert [path for path in api.photos.rglob("*") if path.is_file()]
    assert check(api) == {}
    with read(api.store.engine) as connection:
        rows = connection.scalar(select(func.count()).select_from(schema.photos))
    assert rows == (1 if where in ("row, no complaint", "in the transaction") else 0)

    response = api.client.post("/open311/v2/requests.json", data=body, content_type=content_type)
    assert response.status_code == 201
    assert len(check(api)) == 1
    sweep(api.store, api.photos, unused_for=timedelta(seconds=-1))
    assert len(check(api)) == 1
    assert len([path for path in api.photos.rglob("*") if path.is_file()]) == 2


class Poster(threading.Thread):
    """A client that sends photos, some of them again and again, until it is told to stop."""

    def __init__(self, api: Api, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self.api, self.url, self.number = api, url, number
        self.acknowledged: set[str] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        turn = 0
        while not self.is_over.is_set():
            turn += 1
            sent = [photo(1000 * self.number + turn), photo(turn % 7)]
            body, content_type = multipart(self.api.fields(media=sent))
            request = urllib.request.Request(
                f"{self.url}/open311/v2/requests.json", body, {"Content-Type": content_type}
            )
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    self.acknowledged.add(json.load(answer)[0]["service_request_id"])
            except (OSError, HTTPException, ValueError):
                time.sleep(0.02)


def test_kills_at_any_moment_leave_no_complaint_without_its_photos(any_api: Api) -> None:
    dice = random.Random(5)
    with serving(any_api) as server:
        posters = [Poster(any_api, server.url, number) for number in range(3)]
        for poster in posters:
            poster.start()
        for _ in range(ROUNDS):
            target = sum(len(poster.acknowledged) for poster in posters) + 5
            deadline = time.monotonic() + 30
            while sum(len(poster.acknowledged) for poster in posters) < target:
                assert time.monotonic() < deadline, "nothing is acknowledged any more"
                time.sleep(0.005)
            time.sleep(dice.random() * 0.1)
            server.kill()
            server.start()
        for poster in posters:
            poster.is_over.set()
        for poster in posters:
            poster.join(timeout=30)
    found = check(any_api)
    acknowledged = set().union(*(poster.acknowledged for poster in posters))
    assert len(acknowledged) >= 5 * ROUNDS
    assert acknowledged <= found.keys()
    assert all(len(found[number]) in (1, 2) for number in acknowledged)
    sweep(any_api.store, any_api.photos, unused_for=timedelta(seconds=-1))
    assert check(any_api) == found
