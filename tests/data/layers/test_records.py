"""Plain JSON and XML as layers: where records and coordinates are, and files that lie."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.layers.formats import plain_json, plain_xml
from data.layers.formats.interface import Guess
from data.layers.model import Choice, LayerError, Note, RawLayer


def write(folder: Path, content: Any, name: str = "data.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def corners(layer: RawLayer) -> list[list[float]]:
    return shapely.get_coordinates(layer.shapes).tolist()


PLACES = [[106.8, -6.2], [106.9, -6.3]]


@pytest.mark.parametrize(
    ("tree", "records"),
    [
        ([{"lat": -6.2, "lon": 106.8}, {"lat": -6.3, "lon": 106.9}], "$"),
        ({"ok": 1, "data": {"rows": [{"p": {"lat": y, "lng": x}} for x, y in PLACES]}},
         "data.rows"),
        ({"a1": {"lat": -6.2, "lon": 106.8}, "a2": {"lat": "-6.3", "lon": "106.9"}}, "*"),
        ({"s": {"a1": {"lintang": -6.2, "bujur": 106.8}, "a2": {"lintang": -6.3, "bujur": 106.9}}},
         "s.*"),
        ([["nama", "lat", "lon"], ["A", -6.2, 106.8], ["B", -6.3, 106.9]], "$"),
        ([{"kota": "A", "pompa": [{"lat": -6.2, "lon": 106.8}]},
          {"kota": "B", "pompa": [{"lat": -6.3, "lon": 106.9}]}], "pompa"),
        ([{"position": "-6.2,106.8"}, {"position": "-6.3,106.9"}], "$"),
        ([{"shape": {"type": "Point", "coordinates": place}} for place in PLACES], "$"),
        ([{"shape": f"POINT ({x} {y})"} for x, y in PLACES], "$"),
        ([{"location": {"coordinates": place}} for place in PLACES], "$"),
    ],
)  # fmt: skip
def test_records_and_coordinates_are_found(tmp_path: Path, tree: Any, records: str) -> None:
    path = write(tmp_path, tree)
    guess = plain_json.guess(path, Choice())
    assert guess.has_coordinates
    assert guess.records == records
    assert corners(plain_json.read(path, Choice())) == PLACES


def test_one_record_a_line_and_one_alone(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"lat": y, "lon": x}) for x, y in PLACES)
    assert corners(plain_json.read(write(tmp_path, lines), Choice())) == PLACES
    alone = plain_json.read(write(tmp_path, {"lat": -6.2, "lon": 106.8}), Choice())
    assert corners(alone) == PLACES[:1]


def test_of_several_kinds_the_one_with_places(tmp_path: Path) -> None:
    tree = {
        "log": [{"at": 1}, {"at": 2}, {"at": 3}],
        "pumps": [{"lat": -6.2, "lon": 106.8, "tags": ["a", "b"], "in": {"deep": [1, 2]}}],
    }
    path = write(tmp_path, tree)
    guess = plain_json.guess(path, Choice())
    assert (guess.records, guess.record_paths) == ("pumps", ("log", "pumps"))
    layer = plain_json.read(path, Choice())
    assert layer.columns["tags"] == ['["a", "b"]']
    assert (layer.columns["in.deep.0"], layer.columns["in.deep.1"]) == ([1], [2])
    nowhere = plain_json.guess(write(tmp_path, {"a": [{"b": 1}], "c": [{"d": 1}]}), Choice())
    assert nowhere == Guess(record_paths=("a", "c"))


def test_chosen_records_and_paths(tmp_path: Path) -> None:
    tree = {"a": [{"p": {"n": -6.2, "e": 106.8}}], "b": [{"lat": 1.5, "lon": 2.5}]}
    path = write(tmp_path, tree)
    chosen = Choice(records="a", latitude="p.n", longitude="p.e")
    assert corners(plain_json.read(path, chosen)) == PLACES[:1]
    # The chosen fields say by themselves which records are meant.
    only_fields = Choice(latitude="p.n", longitude="p.e")
    assert plain_json.guess(path, only_fields).records == "a"
    with pytest.raises(LayerError, match="no records at 'z'; it has them at a, b"):
        plain_json.guess(path, Choice(records="z"))
    with pytest.raises(LayerError, match="no field 'q'"):
        plain_json.guess(path, Choice(latitude="q"))


def test_records_that_differ(tmp_path: Path) -> None:
    tree = [
        {"lat": -6.2, "lon": 106.8, "a": 1},
        {"b": "x"},
        {"lat": 0, "lon": 0, "a": 3},
        {"lat": -6.3, "lon": 106.9, "b": "y"},
    ]
    layer = plain_json.read(write(tmp_path, tree), Choice())
    assert layer.columns["a"] == [1, None]
    assert layer.columns["b"] == [None, "y"]
    assert layer.notes == (Note("unplaced", 2),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"a": [', "data.json is not whole JSON: .* at line 1, column"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "holds no records"),
        ("42", "holds no records"),
        ('[{"a": ' + "9" * 5_000 + "}]", "a number too long"),
        ('{"lat": 1, "lon": 2}\n{"lat": 1,', "data.json, line 2 is not JSON"),
        ('["a", "b"]', "holds no records"),
        ('[{"a": 1}]', "does not say where its coordinates are"),
    ],
)
def test_bad_json_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(LayerError, match=sentence) as refusal:
        plain_json.read(write(tmp_path, content), Choice())
    assert "\n" not in str(refusal.value)


def test_too_many_different_fields(tmp_path: Path) -> None:
    tree = [{f"f{number}": 1, "lat": -6.2, "lon": 106.8} for number in range(3_000)]
    with pytest.raises(LayerError, match=r"more than 1,000 different fields"):
        plain_json.read(write(tmp_path, tree), Choice())


finite = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | st.integers() | finite | st.text(max_size=8)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    path = write(tmp_path_factory.mktemp("json"), json.dumps(tree))
    try:
        guess = plain_json.guess(path, Choice())
        layer = plain_json.read(path, Choice()) if guess.has_coordinates else None
    except LayerError as refusal:
        assert str(refusal).startswith("data.json")
        return
    if layer is not None:
        assert all(len(column) == len(layer.shapes) for column in layer.columns.values())


coordinates = st.tuples(st.floats(-89, 89), st.floats(-179, 179)).filter(any)


@settings(max_examples=60, deadline=None)
@given(places=st.lists(coordinates, min_size=1, max_size=20), written=st.booleans())
def test_json_coordinates_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, float]], written: bool
) -> None:
    tree = [
        {"at": {"lat": repr(y) if written else y, "lon": repr(x) if written else x}}
        for y, x in places
    ]
    layer = plain_json.read(write(tmp_path_factory.mktemp("json"), tree), Choice())
    assert corners(layer) == [[x, y] for y, x in places]


XML = """<?xml version="1.0"?>
<stasiun xmlns="urn:kota" versi="2">
  <kepala><instansi>Dinas</instansi></kepala>
  <titik id="07"><nama>Manggarai &amp; Pluit</nama>
    <lokasi><lat>-6.2</lat><lon>106.8</lon></lokasi><tinggi satuan="cm">85</tinggi></titik>
  <titik id="08"><nama>Katulampa</nama>
    <lokasi><lat>-6.3</lat><lon>106.9</lon></lokasi></titik>
  <titik id="09"><nama>Karet</nama><lokasi><lat/><lon/></lokasi></titik>
</stasiun>"""


def test_elements_that_come_again_are_records(tmp_path: Path) -> None:
    path = write(tmp_path, XML, "data.xml")
    guess = plain_xml.guess(path, Choice())
    assert guess.records == "stasiun/titik"
    assert guess.columns[:2] == ("@id", "nama")
    layer = plain_xml.read(path, Choice())
    assert corners(layer) == PLACES
    assert layer.columns["nama"] == ["Manggarai & Pluit", "Katulampa"]
    assert layer.columns["@id"] == ["07", "08"]
    assert layer.columns["tinggi"] == [85, None]
    assert layer.columns["tinggi/@satuan"] == ["cm", None]
    assert layer.notes == (Note("unplaced", 1),)


def test_positions_in_attributes_and_in_one_text(tmp_path: Path) -> None:
    rows = "".join(f'<p><x a="1"/><at lat="{y}" lon="{x}"/></p>' for x, y in PLACES)
    assert (
        corners(plain_xml.read(write(tmp_path, f"<r>{rows}</r>", "data.xml"), Choice())) == PLACES
    )
    rows = "".join(f"<item><point>{y} {x}</point></item>" for x, y in PLACES)
    path = write(tmp_path, f"<rss><channel>{rows}</channel></rss>", "data.xml")
    assert corners(plain_xml.read(path, Choice())) == PLACES


def test_a_chosen_element(tmp_path: Path) -> None:
    path = write(tmp_path, XML, "data.xml")
    chosen = Choice(records="stasiun/titik/lokasi", latitude="lat", longitude="lon")
    assert corners(plain_xml.read(path, chosen)) == PLACES
    with pytest.raises(LayerError, match="no records at 'titik'; it has them at stasiun/titik"):
        plain_xml.guess(path, Choice(records="titik"))


BOMB = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r><i>&b;</i></r>'
FILE = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><i>&a;</i></r>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "declares entities of its own, which are never read"),
        (FILE, "declares entities of its own, which are never read"),
        (XML[:-30], "data.xml is not whole XML"),
        ("<a>" * 200 + "</a>" * 200, "nested more than 64 elements deep"),
        ("<r>&unknown;</r>", "is not whole XML"),
        ("<r/>", "holds no records"),
    ],
)
def test_bad_xml_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(LayerError, match=sentence) as refusal:
        plain_xml.read(write(tmp_path, content, "data.xml"), Choice())
    assert "\n" not in str(refusal.value)
