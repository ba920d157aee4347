"""The process that reads: its limits hold, it asks nobody, and the server outlives it."""

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.layers.limits import Limits
from data.layers.model import Choice, FeatureTable, Field, LayerError
from data.layers.reading import exchange, process, read_source
from data.layers.reading.exchange import BrokenAnswer, read_answer, write_table
from tests.data.layers.layer_files import JAKARTA, geojson, points

_ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"


def geopackage_of(path: Path, view: str) -> Path:
    """A GeoPackage whose only layer is what a query of its own gives."""
    points().to_file(path, layer="asli")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE VIEW tiruan AS {view}")
        connection.execute("UPDATE gpkg_contents SET table_name = 'tiruan', identifier = 't'")
        connection.execute("UPDATE gpkg_geometry_columns SET table_name = 'tiruan'")
        connection.execute("DROP TABLE asli")
    return path


def test_endless_work_ends(tmp_path: Path) -> None:
    path = geopackage_of(tmp_path / "lama.gpkg", f"{_ENDLESS} SELECT x AS fid, NULL AS geom FROM c")
    with pytest.raises(LayerError, match=r"lama.gpkg was not read within 2 seconds"):
        process.run("read", [path], Choice(), JAKARTA, Limits(cpu_seconds=2))


def test_work_that_only_waits_ends(tmp_path: Path) -> None:
    path = geopackage_of(tmp_path / "lama.gpkg", f"{_ENDLESS} SELECT x AS fid, NULL AS geom FROM c")
    began = time.monotonic()
    with pytest.raises(LayerError, match=r"lama.gpkg was not read within 3 seconds"):
        process.run("inspect", [path], Choice(), JAKARTA, Limits(wall_seconds=3))
    assert time.monotonic() - began < 10


def test_memory_ends(tmp_path: Path) -> None:
    rows = "SELECT x AS fid, NULL AS geom, hex(zeroblob(20000000)) AS isi FROM c LIMIT 90"
    path = geopackage_of(tmp_path / "luas.gpkg", f"{_ENDLESS} {rows}")
    with pytest.raises(LayerError, match=r"^luas.gpkg needs more than 1,536 MB of memory"):
        process.run("read", [path], Choice(), JAKARTA, Limits(memory_bytes=1536 * 1024**2))


def _children() -> set[int]:
    found = set()
    for thread in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (thread / "children").read_text().split()}
    return found


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_falls_midway(tmp_path: Path, deadly: signal.Signals) -> None:
    path = geopackage_of(tmp_path / "a.gpkg", f"{_ENDLESS} SELECT x AS fid, NULL AS geom FROM c")
    before = _children()
    said: list[str] = []

    def read() -> None:
        try:
            process.run("read", [path], Choice(), JAKARTA)
        except LayerError as error:
            said.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    while not (born := _children() - before):
        time.sleep(0.05)
    time.sleep(1.5)
    os.kill(born.pop(), deadly)
    reader.join(10)
    assert not reader.is_alive() and _children() == before
    assert len(said) == 1 and said[0].startswith("a.gpkg ") and "\n" not in said[0]


@contextmanager
def _listening() -> Iterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(200))

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            ended.set()
            listener.join()


def test_nobody_is_asked(tmp_path: Path) -> None:
    with _listening() as (port, heard):
        address = f"http://127.0.0.1:{port}/x"
        link = {"type": "link", "properties": {"href": address, "type": "ogcwkt"}}
        linked = geojson(tmp_path / "a.geojson", [shapely.Point(106.8, -6.2)], crs=link)
        schema = tmp_path / "a.gml"
        schema.write_text(
            '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
            'xmlns:gml="http://www.opengis.net/gml" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="http://ogr.maptools.org/ {address}.xsd">'
            '<gml:featureMember><ogr:a><ogr:g><gml:Point srsName="' + address + '">'
            f"<gml:coordinates>106.8,-6.2</gml:coordinates></gml:Point></ogr:g>"
            f'<ogr:p xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{address}"/>'
            "</ogr:a></gml:featureMember></ogr:FeatureCollection>"
        )
        pointers = [
            f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{address}"
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
            f'{{"type": "FeatureCollection", "url": "{address}", "features": []}}',
            f'{{"currentVersion": 10, "serviceDescription": "{address}", "layers": []}}',
            f"WFS:{address}", address,
        ]  # fmt: skip
        written = []
        for number, text in enumerate(pointers):
            written.append(tmp_path / f"{number}.json")
            written[-1].write_text(text)
        for path in (linked, schema, *written):
            try:
                read_source([path], Choice(), city=JAKARTA)
            except LayerError as error:
                assert "\n" not in str(error)
    assert heard == []


def test_the_process_has_no_secrets_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANTAU_DATABASE_URL", "postgresql://rahasia")
    assert "rahasia" not in str(process._environment(tmp_path))


def _answer(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    shapes = np.array([shapely.Point(106.8, -6.2), shapely.Point(106.9, -6.1)], object)
    fields = (Field("nama", "text"), Field("n", "number"))
    write_table(folder, FeatureTable(shapes, {"nama": ["a", None], "n": [1, 2.5]}, fields))
    return folder


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    table = read_answer(_answer(tmp_path / "a"))
    assert isinstance(table, FeatureTable)
    assert table.columns == {"nama": ["a", None], "n": [1, 2.5]} and len(table) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answer.json", b""),
        ("answer.json", b"[]"),
        ("answer.json", b'{"table": {}}'),
        ("answer.json", b'{"inspection": {"layers": 5}}'),
        ("answer.json", b'{"refusal": "it fell"}'),
        ("answer.json", b'{"refusal": {"template": "{a.x}", "values": {"a": "b"}}}'),
        ("answer.json", b"\x80\x04cos\nsystem\n"),
        ("lengths.u4", b"\xff" * 8),
        ("lengths.u4", b""),
        ("shapes.wkb", b"\x01" * 42),
        ("columns.json", b'["a"]\n[1, 2]\n'),
        ("columns.json", b'["a", "b"]\n'),
        ("columns.json", b'["a", "b"]\n[1, NaN]\n'),
        ("columns.json", b'["a", "b"]\n[1, {"x": 1}]\n'),
        ("columns.json", b'["a", "b"]\n[1, 1e999]\n'),
        ("columns.json", b"[" * 100_000),
    ],
)
def test_an_answer_that_no_sound_process_writes(tmp_path: Path, name: str, content: bytes) -> None:
    folder = _answer(tmp_path / "a")
    (folder / name).write_bytes(content)
    with pytest.raises(BrokenAnswer):
        read_answer(folder)


def test_an_answer_that_is_a_link(tmp_path: Path) -> None:
    folder = _answer(tmp_path / "a")
    (folder / "answer.json").rename(tmp_path / "x")
    (folder / "answer.json").symlink_to(tmp_path / "x")
    with pytest.raises(BrokenAnswer):
        read_answer(folder)


def test_nothing_of_the_scratch_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = geojson(tmp_path / "a.geojson", [shapely.Point(106.8, -6.2)])
    assert len(read_source([path], Choice(), city=JAKARTA)) == 1
    assert list((tmp_path / "tmp").iterdir()) == []
    assert exchange.REQUEST == "request.json"
