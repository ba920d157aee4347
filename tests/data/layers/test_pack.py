"""The layers of a city pack: brought in once, and what people did to them stays done."""

import importlib.util
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.layers.catalogue import find_layer, list_layers, list_versions, remove, replace
from data.layers.contents import fetch_features
from data.layers.model import LayerError
from data.layers.pack import load_pack_layers, read_pack_layers
from data.layers.reading import city_frame, read_source
from data.store import Store
from queries.layers.style import check_style
from tests.conftest import CITIES, ROOT
from tests.data.layers.layer_server import points

JAKARTA = ROOT / "data" / "cities" / "jakarta"
LEVELS = '[levels]\nfile = "levels.geojson"\nname = { en = "Levels" }\n'


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "pack" / "layers").mkdir(parents=True)
    (tmp_path / "pack" / "layers" / "levels.geojson").write_bytes(points(1.0, 2.0))
    write(tmp_path / "pack", f'licence = "CC0-1.0"\nis_approximate = true\n{LEVELS}')
    return tmp_path / "pack"


def write(pack: Path, content: str) -> None:
    (pack / "layers" / "layers.toml").write_text(content, encoding="utf-8")


def load(store: Store, pack: Path) -> list[str]:
    """What was new; nothing may be wrong."""
    found = list(load_pack_layers(store, pack))
    assert [error for _, error in found if error] == []
    return [code for code, _ in found]


def test_a_pack_needs_no_layers(store: Store) -> None:
    assert load(store, CITIES / "tiny") == []


def test_a_layer_is_brought_in_once_and_again_when_the_pack_changed(
    any_store: Store, pack: Path
) -> None:
    assert load(any_store, pack) == ["levels"]
    about = find_layer(any_store, "levels").about
    assert (about.names, about.licence, about.is_approximate) == ({"en": "Levels"}, "CC0-1.0", True)
    assert load(any_store, pack) == []
    (pack / "layers" / "levels.geojson").write_bytes(points(3.0))
    write(pack, LEVELS.replace("Levels", "New levels"))
    assert load(any_store, pack) == ["levels"]
    layer = find_layer(any_store, "levels")
    assert (layer.version.features, layer.about.names) == (1, {"en": "New levels"})


def test_what_people_did_stays_done(store: Store, pack: Path) -> None:
    load(store, pack)
    table = fetch_features(store, find_layer(store, "levels").version.id)
    other = type(table)(
        table.shapes[:1], {k: v[:1] for k, v in table.columns.items()}, table.fields
    )
    replace(store, "levels", other, file_name="ours.csv")
    (pack / "layers" / "levels.geojson").write_bytes(points(3.0, 4.0, 5.0))
    assert load(store, pack) == []
    assert find_layer(store, "levels").version.file_name == "ours.csv"
    remove(store, "levels")
    (pack / "layers" / "levels.geojson").write_bytes(points(6.0))
    assert load(store, pack) == []
    assert list_layers(store) == ()


def test_one_that_cannot_be_read_is_no_reason_to_go_without_the_others(
    store: Store, pack: Path
) -> None:
    (pack / "layers" / "bad.geojson").write_text("nonsense", encoding="utf-8")
    write(pack, LEVELS.replace("levels", "bad") + LEVELS)
    found = dict(load_pack_layers(store, pack))
    assert "bad.geojson" in str(found["bad"])
    assert found["levels"] is None
    (pack / "layers" / "bad.geojson").write_bytes(points(1.0))
    assert load(store, pack) == ["bad"]


def test_a_remote_layer_of_the_pack_begins_with_its_file(store: Store, pack: Path) -> None:
    write(pack, f'{LEVELS}url = "/demo/levels.geojson"\nevery_minutes = 5\n')
    load(store, pack)
    layer = find_layer(store, "levels")
    assert (layer.url, layer.every_seconds) == ("/demo/levels.geojson", 300)
    assert (layer.tried_at, layer.succeeded_at) == (None, None)
    (pack / "layers" / "levels.geojson").write_bytes(points(6.0))
    load(store, pack)
    assert len(list_versions(store, "levels")) == 1  # features come from the address now


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[levels", "layers.toml cannot be read"),
        ("levels = 1", r"\[levels\] is no table"),
        ('[levels]\nname = { en = "x" }', "lacks file"),
        ('[levels]\nfile = "levels.geojson"', "lacks name"),
        ('[levels]\nfile = "../../x"\nname = { en = "x" }', "no file '../../x' beside"),
        (f"{LEVELS}colour = 1", "'colour' is unknown"),
        (f"{LEVELS}choice = {{ sheet = 1 }}", "choice has 'sheet'"),
        (f'{LEVELS}url = "/x"', "needs every_minutes"),
        (f'{LEVELS}url = "file:///x"\nevery_minutes = 5', "must begin with http"),
        (LEVELS.replace("[levels]", "[Levels]"), "lower-case letters"),
    ],
)
def test_a_wrong_layers_toml_is_one_sentence(
    store: Store, pack: Path, content: str, said: str
) -> None:
    write(pack, content)
    with pytest.raises(LayerError, match=said):
        list(load_pack_layers(store, pack))
    assert list_layers(store) == ()


@pytest.mark.parametrize("layer", read_pack_layers(JAKARTA), ids=lambda layer: layer.code)
def test_the_demo_layers_of_jakarta(jakarta_store: Store, layer: object) -> None:
    """Every one can be read, lies in the city, is named in both languages, and said to be rough."""
    city = city_frame(jakarta_store)
    table = read_source([layer.path], layer.choice, city=city)  # type: ignore[attr-defined]
    about = layer.about  # type: ignore[attr-defined]
    assert 5 < len(table) < 60
    # A drawing was turned from metres into degrees; nothing else had to be mended.
    assert table.notes == ()
    west, south, east, north = shapely.total_bounds(table.shapes)
    assert city.west - 0.05 < west < east < city.east + 0.05
    assert -6.42 < south < north < -5.5
    assert set(about.names) == set(about.descriptions) == {"id", "en"}
    assert (about.licence, about.is_approximate) == ("CC0-1.0", True)
    fields = table.fields
    style = dict(about.style)
    if layer.path.name == "water-levels.geojson":  # type: ignore[attr-defined]
        style.pop("by")  # of a field that only the feed has
    check_style(style, fields)
    if about.style.get("label"):
        names = table.columns[about.style["label"]]
        assert len(set(names)) > len(names) / 2  # they tell one feature from another
    else:
        assert layer.code == "sea-wall"  # type: ignore[attr-defined]


def test_points_lie_in_the_district_that_their_name_says(jakarta_store: Store) -> None:
    layers = {layer.code: layer for layer in read_pack_layers(JAKARTA)}
    reference = jakarta_store.reference()
    subdistricts = {
        "".join(d.name.split()).lower(): d for d in reference.districts.values() if d.level == 1
    }
    checked = 0
    for code in ("hospitals", "fire-posts"):
        table = read_source(
            [layers[code].path], layers[code].choice, city=city_frame(jakarta_store)
        )
        for shape, name in zip(table.shapes, table.columns["name"], strict=True):
            place = "".join(name.removeprefix("RSUD ").removeprefix("Pos Sektor ").split()).lower()
            if place in subdistricts:
                district = subdistricts[place]
                assert district.latitude is not None and district.longitude is not None
                away = np.hypot(shape.y - district.latitude, shape.x - district.longitude) * 111
                assert away < 4.5, name
                checked += 1
    assert checked > 55


def test_the_binary_layers_are_what_their_script_writes() -> None:
    path = JAKARTA / "layers" / "make_binary.py"
    spec = importlib.util.spec_from_file_location("make_binary", path)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, made in (
        ("flood-prone.zip", script.flood_prone()),
        ("fire-posts.xlsx", script.fire_posts()),
    ):
        kept = zipfile.ZipFile(path.parent / name)
        with kept, zipfile.ZipFile(BytesIO(made)) as again:
            assert again.namelist() == kept.namelist()
            for member in kept.namelist():
                if member != "docProps/core.xml":  # which says when it was saved
                    assert again.read(member) == kept.read(member), member
