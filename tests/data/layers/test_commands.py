"""`flask layers`: from files and addresses into the catalogue, and out again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
import shapely
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from data.database import write
from data.instants import from_epoch
from data.layers.catalogue import find_layer, list_layers, list_versions
from data.layers.contents import fetch_features
from data.layers.tables import layers
from data.store import Store
from tests.data.layers.layer_server import Source, points, serving

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """A command with its words; `ok` False for one that must fail, without a traceback."""

    def command(*words: object, ok: bool = True) -> Result:
        result = app.test_cli_runner().invoke(args=["layers", *map(str, words)])
        assert (result.exit_code == 0) is ok, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return command


@pytest.fixture
def pumps(tmp_path: Path) -> Path:
    path = tmp_path / "Fire pumps.geojson"
    path.write_bytes(points(1.0, 2.0))
    return path


def test_a_layer_comes_in_changes_goes_and_comes_back(run: Run, store: Store, pumps: Path) -> None:
    said = run(
        "add", pumps, "--name", "Pompa", "--name", "en=Pumps", "--description", "en=All = of them",
        "--source", "City", "--licence", "CC0-1.0", "--approximate",
    ).output  # fmt: skip
    assert said.startswith("fire-pumps\n2 features (point) from Fire pumps.geojson (GeoJSON")
    about = find_layer(store, "fire-pumps").about
    assert dict(about.names) == {"id": "Pompa", "en": "Pumps"}  # the city's first language
    assert about.descriptions["en"] == "All = of them"
    assert (about.source, about.licence, about.is_approximate) == ("City", "CC0-1.0", True)

    assert "nothing is different" in run("replace", "fire-pumps", pumps).output
    pumps.write_bytes(points(3.0))
    assert "1 features" in run("replace", "fire-pumps", pumps).output
    assert fetched(store) == [3.0]
    run("restore", "fire-pumps", "--version", 1)
    assert fetched(store) == [1.0, 2.0]
    said = run("show", "fire-pumps").output
    assert "fire-pumps  (approximate)" in said
    assert "fields\tstation (text), level (number)" in said
    assert [line[0] for line in said.splitlines() if "version" in line] == [" ", "*"]

    run("remove", "fire-pumps")
    assert list_layers(store) == ()
    assert "fire-pumps\t2\tpoint" in run("list", "--removed").output
    run("restore", "fire-pumps")
    assert "fire-pumps\t2\tpoint\tversion 1" in run("list").output
    assert len(list_versions(store, "fire-pumps")) == 2


def fetched(store: Store) -> list[object]:
    return fetch_features(store, find_layer(store, "fire-pumps").version.id).columns["level"]


def test_what_a_file_does_not_say_is_told(run: Run, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("post;utara;timur\nA;9314500;700200\n", encoding="utf-8")
    said = run("add", path, ok=False).output
    assert "posts.csv" in said and said.startswith("Error: ")
    run("add", path, "--latitude", "utara", "--longitude", "timur", "--crs", "EPSG:32748")
    extent = find_layer(store, "posts").version.extent
    assert extent is not None and extent[:2] == pytest.approx((106.81, -6.2), abs=0.01)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "missing.geojson"], "missing.geojson is no file"),
        (["add", "ftp://x.org/a.csv"], "must begin with http"),
        (["add", "http://127.0.0.1:1/a.csv"], "PANTAU_PRIVATE_SOURCES"),
        (["add", "http://x.org/a", "http://x.org/b"], "give one URL"),
        (["add", "a.csv", "--code", "Über"], "lower-case letters"),
        (["add", "a.csv", "--every", "5"], "only a layer from one URL"),
        (["add", "a.csv", "--name", "xx=Name"], "'xx' is no language of this city"),
        (["replace", "none", "a.csv"], "layer 'none' is not known"),
        (["remove", "none"], "layer 'none' is not known"),
        (["restore", "none"], "no removed layer is called 'none'"),
        (["show", "none"], "layer 'none' is not known"),
        (["refresh", "none"], "'none' is no remote layer"),
        (["export", "none", "--out", "a.csv"], "layer 'none' is not known"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    run: Run, store: Store, words: list[str], said: str
) -> None:
    output = run(*words, ok=False).output
    assert said in output and output.count("\n") == 1
    assert list_layers(store) == ()


def test_a_url_is_fetched_once_or_followed(run: Run, app: Flask, store: Store) -> None:
    app.config["PANTAU"] = replace(app.config["PANTAU"], private_sources=("127.0.0.1",))
    source = Source()
    with serving(source) as address:
        url = f"{address}/levels.geojson"
        run("add", f"{url}?day=1", "--code", "once")
        assert find_layer(store, "once").url is None
        run("add", url, "--every", 5)
        assert "no layers" not in run("list").output
        assert run("refresh").output == ""
        assert "is fetched from" in run("replace", "levels", "a.csv", ok=False).output
        source.body = points(8.0)
        assert run("refresh", "levels").output == "levels\tchanged\t1 features\n"
        with write(store.engine) as connection:
            connection.execute(update(layers).values(tried_at=from_epoch(0)))
        assert run("refresh").output == "levels\tas before\n"
        source.status = 500
        said = run("refresh", "--all", ok=False).output
        assert f"levels\tFAILED\t{url} answers 500" in said
    line = next(one for one in run("list").output.splitlines() if one.startswith("levels"))
    assert "last fetched" in line and "answers 500" in line and "STALE" not in line


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_what_is_exported_comes_back_the_same(
    run: Run, store: Store, pumps: Path, tmp_path: Path, ending: str
) -> None:
    run("add", pumps, "--approximate", "--licence", "CC0-1.0")
    out = tmp_path / f"out.{ending}"
    assert (
        f"out.{ending}: 2 features"
        in run("export", "fire-pumps", "--out", out, "--language", "en").output
    )
    run("add", out, "--code", "again")
    first, second = (
        fetch_features(store, find_layer(store, code).version.id)
        for code in ("fire-pumps", "again")
    )
    assert shapely.equals(first.shapes, second.shapes).all()
    assert first.columns == second.columns
    if ending == "geojson":
        about = json.loads(out.read_text())["metadata"]
        assert (about["description"], about["licence"]) == ("Approximate.", "CC0-1.0")


def test_a_former_version_is_exported(run: Run, store: Store, pumps: Path, tmp_path: Path) -> None:
    run("add", pumps)
    pumps.write_bytes(points(3.0))
    run("replace", "fire-pumps", pumps)
    out = tmp_path / "out.gpkg"
    run("export", "fire-pumps", "--out", out, "--version", 1)
    assert len(geopandas.read_file(out)) == 2
    said = run("export", "fire-pumps", "--out", out, "--version", 7, ok=False).output
    assert "has no version 7" in said
    said = run("export", "fire-pumps", "--out", tmp_path / "a.pdf", ok=False).output
    assert "does not end in one of .geojson" in said
