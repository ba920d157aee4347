import io
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from data.complaints import NewComplaint, receive
from data.geography import to_tile
from queries import heat
from queries.filters import ComplaintFilter
from queries.heat import NoSuchTile, fetch_heat_tile, full_colour_per_km2
from queries.heat_field import PALETTE, Cells, HeatField, bin_shift, binned, to_cells
from tests.scattered import NOON, all_complaints, scatter

EVERYTHING = ComplaintFilter(period="all")


def pixels(png: bytes) -> np.ndarray:
    """RGBA of a square picture that carries its palette."""
    picture = Image.open(io.BytesIO(png))
    assert picture.mode == "P"
    assert picture.width == picture.height
    return np.asarray(picture.convert("RGBA"))


def clustered_cells(count: int = 20_000) -> Cells:
    dice = np.random.default_rng(5)
    x, y = to_tile(-6.2, 106.82)
    frame = pd.DataFrame(
        {
            "x": x + (dice.normal(0, 150, count)).astype(int),
            "y": y + (dice.normal(0, 150, count)).astype(int),
        }
    )
    return to_cells(frame.value_counts(["x", "y"]).rename("n").reset_index())


@pytest.mark.parametrize("zoom", [0, 5, 9, 11, 12, 13, 14, 15, 17, 19, 20, 21, 22])
def test_neighbouring_tiles_equal_the_same_drawn_in_one_piece(zoom):
    field = HeatField(clustered_cells())
    x, y = (
        number >> 20 - zoom if zoom <= 20 else number << zoom - 20
        for number in to_tile(-6.2, 106.82)
    )
    x, y = max(x - 1, 0), max(y - 1, 0)
    size = 1 if zoom == 0 else 2
    whole = field.draw(zoom, x, y, across=size, down=size)
    for row in range(size):
        for column in range(size):
            tile = field.draw(zoom, x + column, y + row)
            part = whole[row * 256 : (row + 1) * 256, column * 256 : (column + 1) * 256]
            np.testing.assert_array_equal(tile, part)
    assert whole[..., 3].any()


@pytest.mark.parametrize("zoom", [8, 12, 16])
def test_bins_hold_every_complaint_once(zoom):
    cells = clustered_cells()
    shift = bin_shift(zoom)
    west, north = int(cells.x.min()) >> shift, int(cells.y.min()) >> shift
    east, south = int(cells.x.max()) >> shift, int(cells.y.max()) >> shift
    grid = binned(cells, shift, west, north, east - west + 1, south - north + 1)
    assert grid.sum() == cells.total == 20_000


def test_cells_hold_every_complaint_that_has_a_place(any_store):
    scatter(any_store, 300)
    field = heat.heat_field(any_store, EVERYTHING)
    raw = all_complaints(any_store)
    assert field.cells.total == raw["x"].notna().sum() < len(raw)
    garbage = heat.heat_field(any_store, ComplaintFilter(period="all", services=("garbage",)))
    service = any_store.reference().service_by_code["garbage"].id
    assert garbage.cells.total == (raw["x"].notna() & (raw["service_id"] == service)).sum()


def test_a_tile_is_warm_where_complaints_are_and_clear_elsewhere(any_store):
    scatter(any_store, 300)
    x, y = (number >> 9 for number in to_tile(-6.2, 106.82))
    assert pixels(fetch_heat_tile(any_store, EVERYTHING, 11, x, y).png)[..., 3].any()
    assert not pixels(fetch_heat_tile(any_store, EVERYTHING, 11, x + 5, y).png).any()


@pytest.mark.parametrize("scale", [2, 4])
def test_one_large_tile_shows_what_its_small_ones_show(store, scale):
    scatter(store, 300)
    x, y = (number >> 10 for number in to_tile(-6.2, 106.82))
    large = pixels(fetch_heat_tile(store, EVERYTHING, 10, x, y, scale=scale).png)
    assert large.shape == (512, 512, 4)
    zoom = 10 + {2: 1, 4: 2}[scale]
    small = [
        [
            pixels(fetch_heat_tile(store, EVERYTHING, zoom, x * scale + c, y * scale + r).png)
            for c in range(scale)
        ]
        for r in range(scale)
    ]
    whole = np.block([[tile[..., 3] for tile in row] for row in small]).astype(float)
    shrunk = whole.reshape(512, scale // 2, 512, scale // 2).mean(axis=(1, 3))
    assert large[..., 3].any()
    assert np.abs(large[..., 3] - shrunk).mean() < 1.5


@pytest.mark.parametrize("scale", [0, 3, 8, -1])
def test_an_unknown_scale_is_no_tile(store, scale):
    with pytest.raises(NoSuchTile, match="scale"):
        fetch_heat_tile(store, EVERYTHING, 3, 0, 0, scale=scale)


def test_nothing_selected_is_a_transparent_tile(store):
    assert not pixels(fetch_heat_tile(store, EVERYTHING, 0, 0, 0).png).any()
    scatter(store, 20)
    nobody = ComplaintFilter(start=NOON.date() + timedelta(days=90), end=None)
    assert not pixels(fetch_heat_tile(store, nobody, 0, 0, 0).png).any()


@pytest.mark.parametrize(
    "address", [(-1, 0, 0), (23, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (10**9, 1, 1)]
)
def test_an_absurd_address_is_no_tile(store, address):
    with pytest.raises(NoSuchTile):
        fetch_heat_tile(store, EVERYTHING, *address)


def test_nothing_is_counted_again_while_nothing_changes(store, monkeypatch):
    scatter(store, 50)
    counted = []
    count_by = heat.count_by
    monkeypatch.setattr(heat, "count_by", lambda *args: counted.append(1) or count_by(*args))
    for zoom in (9, 12, 15):
        fetch_heat_tile(store, EVERYTHING, zoom, 0, 0)
    assert len(counted) == 1


def test_a_new_complaint_warms_the_map_within_seconds(store, monkeypatch):
    scatter(store, 50)
    before = fetch_heat_tile(store, EVERYTHING, 5, 0, 0).seq
    receipt = receive(
        store,
        NewComplaint(service_code="garbage", channel_code="app", latitude=-6.19, longitude=106.81),
    )
    monkeypatch.setattr(heat, "_STALE_SECONDS", 3600.0)
    monkeypatch.setattr(heat, "_STALE_SHARE", 1e9)
    assert fetch_heat_tile(store, EVERYTHING, 5, 0, 0).seq == before
    monkeypatch.setattr(heat, "_STALE_SECONDS", 0.0)
    assert fetch_heat_tile(store, EVERYTHING, 5, 0, 0).seq == receipt.seq
    assert heat.heat_field(store, EVERYTHING).cells.total == (
        all_complaints(store)["x"].notna().sum()
    )


def test_one_maximum_for_all_tiles_of_a_zoom_and_few_complaints_stay_pale():
    x, y = to_tile(-6.2, 106.82)
    lone = HeatField(Cells(np.array([x]), np.array([y]), np.array([1])))
    many = HeatField(Cells(np.array([x]), np.array([y]), np.array([500])))
    tile = (x >> 8, y >> 8)
    assert lone.draw(12, *tile)[..., 3].max() < 0.7 * many.draw(12, *tile)[..., 3].max()


def test_a_complaint_on_the_other_side_of_the_world_costs_nothing():
    x, y = to_tile(-6.2, 106.82)
    cells = Cells(np.array([0, 524_288, x]), np.array([0, 524_288, y]), np.array([1, 1, 9]))
    field = HeatField(cells)
    for zoom in range(23):
        assert np.isfinite(field.maximum(zoom))
    assert field.draw(3, 4, 4)[..., 3].any()


def test_full_colour_is_said_per_square_kilometre(store, monkeypatch):
    x, y = to_tile(-6.2, 106.82)
    columns, rows = np.meshgrid(np.arange(x, x + 300), np.arange(y, y + 300))
    everywhere = pd.DataFrame({"x": columns.ravel(), "y": rows.ravel(), "n": 1})
    monkeypatch.setattr(heat, "count_by", lambda *args: everywhere)
    side_km = 40_075.017 / 2**20 * np.cos(np.radians(6.2))  # of a cell with one complaint each
    for zoom in (11, 13, 16):
        found = full_colour_per_km2(store, EVERYTHING, zoom)
        assert found == pytest.approx(1 / side_km**2, rel=0.01)


def test_the_palette_begins_clear_and_only_grows_denser():
    shares, _, opacities = zip(*PALETTE, strict=True)
    assert (shares[0], opacities[0], shares[-1]) == (0, 0, 1)
    assert list(opacities) == sorted(opacities)
