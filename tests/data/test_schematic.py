from pathlib import Path
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.schematic import dissolve_up, schematic_cells

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "real"
JAKARTA_METRES = 32748
BOSTON_METRES = 26919


@pytest.fixture(scope="module")
def districts() -> pd.DataFrame:
    path = ROOT / "data" / "cities" / "jakarta" / "districts.csv"
    return pd.read_csv(path, dtype={"code": str})


@pytest.fixture(scope="module")
def cells(districts: pd.DataFrame) -> gpd.GeoDataFrame:
    return schematic_cells(districts)


def real_file(*parts: str) -> Path:
    path = REAL.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the project; it belongs to others")
    return path


def some_districts(points: list[tuple[float, float]], areas: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["latitude", "longitude"])
    return frame.assign(code=[f"d{index}" for index in range(len(frame))], area_km2=areas)


def assert_is_a_map(cells: gpd.GeoDataFrame, codes: list[str]) -> None:
    shapes = cells.geometry.to_numpy()
    assert list(cells["code"]) == codes
    assert cells.crs == 4326
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.POLYGON.value}
    assert shapely.coverage_is_valid(shapes)
    assert all(len(shape.interiors) == 0 for shape in shapes)


def test_jakarta_is_a_light_map_without_gaps(
    districts: pd.DataFrame, cells: gpd.GeoDataFrame
) -> None:
    assert_is_a_map(cells, list(districts["code"]))
    land = shapely.get_parts(shapely.union_all(cells.geometry.to_numpy()))
    assert all(len(part.interiors) == 0 for part in land)
    assert len(cells.to_json()) < 250_000
    coordinates = shapely.get_coordinates(cells.geometry.to_numpy())
    assert np.array_equal(coordinates, coordinates.round(5))


def test_islands_lie_apart_from_the_mainland(cells: gpd.GeoDataFrame) -> None:
    at_sea = cells["code"].str.startswith("31.01")
    islands = shapely.union_all(cells.geometry[at_sea].to_numpy())
    mainland = shapely.union_all(cells.geometry[~at_sea].to_numpy())
    assert mainland.geom_type == "Polygon"
    assert islands.disjoint(mainland)


def test_cells_have_nearly_the_official_areas(
    districts: pd.DataFrame, cells: gpd.GeoDataFrame
) -> None:
    areas = cells.to_crs(JAKARTA_METRES).area / 1e6
    error = (areas / districts["area_km2"] - 1).abs()
    assert error.mean() < 0.04
    assert error.max() < 0.3


def test_cells_lie_around_their_official_centres(
    districts: pd.DataFrame, cells: gpd.GeoDataFrame
) -> None:
    metric = cells.to_crs(JAKARTA_METRES)
    centres = gpd.GeoSeries.from_xy(districts["longitude"], districts["latitude"], crs=4326)
    apart = metric.centroid.distance(centres.to_crs(JAKARTA_METRES))
    assert (apart / np.sqrt(metric.area / np.pi)).mean() < 0.12


def test_cells_resemble_the_real_kelurahan(cells: gpd.GeoDataFrame) -> None:
    path = real_file("jakarta", "kelurahan_267.geojson")
    real = gpd.read_file(path).to_crs(JAKARTA_METRES).set_index("kode").geometry.make_valid()
    drawn = cells.to_crs(JAKARTA_METRES).set_index("code").geometry.reindex(real.index)
    overlap = drawn.intersection(real).area / drawn.union(real).area
    assert len(overlap) == 267
    assert overlap.mean() > 0.663


def test_same_input_same_output_in_good_time(
    districts: pd.DataFrame, cells: gpd.GeoDataFrame
) -> None:
    started = perf_counter()
    again = schematic_cells(districts)
    assert perf_counter() - started < 30  # about 2.5 s; generous, for busy machines
    assert shapely.equals_exact(again.geometry.to_numpy(), cells.geometry.to_numpy()).all()


def test_boston_can_be_drawn() -> None:
    real = gpd.read_file(real_file("boston", "neighborhoods.geojson")).to_crs(BOSTON_METRES)
    shapes = real.geometry.make_valid()
    centres = shapes.centroid.to_crs(4326)
    points = list(zip(centres.y, centres.x, strict=True))
    frame = some_districts(points, list(shapes.area / 1e6))
    assert_is_a_map(schematic_cells(frame), list(frame["code"]))


@pytest.mark.parametrize("count", [1, 2, 3, 30])
def test_few_and_collinear_points(count: int) -> None:
    frame = some_districts([(0.1, 10 + 0.01 * i) for i in range(count)], [1.0] * count)
    assert_is_a_map(schematic_cells(frame), list(frame["code"]))


def test_a_regular_grid() -> None:
    frame = some_districts([(0.01 * (i // 5), 0.01 * (i % 5)) for i in range(25)], [1.2] * 25)
    assert_is_a_map(schematic_cells(frame), list(frame["code"]))


@pytest.mark.parametrize("seed", range(5))
def test_centres_and_areas_that_contradict_each_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal((42.3, -71.06), 0.03, (26, 2))
    frame = some_districts([tuple(p) for p in points], list(random.lognormal(1, 1.1, 26)))
    assert_is_a_map(schematic_cells(frame), list(frame["code"]))


def test_two_districts_at_one_point_are_named() -> None:
    frame = some_districts([(1.0, 2.0), (1.1, 2.1), (1.0, 2.0)], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="'d0' and 'd2' have the same centre point"):
        schematic_cells(frame)


def test_unusable_input_is_named() -> None:
    good = some_districts([(1.0, 2.0), (1.1, 2.1)], [1.0, 1.0])
    with pytest.raises(ValueError, match="lack the columns area_km2"):
        schematic_cells(good.drop(columns="area_km2"))
    with pytest.raises(ValueError, match="no districts"):
        schematic_cells(good.head(0))
    with pytest.raises(ValueError, match="'d1' needs"):
        schematic_cells(good.assign(area_km2=[1.0, 0.0]))
    with pytest.raises(ValueError, match="'d0' needs"):
        schematic_cells(good.assign(latitude=[float("nan"), 1.0]))
    with pytest.raises(ValueError, match="'x' is listed twice"):
        schematic_cells(good.assign(code="x"))


@pytest.mark.parametrize(("digits", "count"), [(8, 44), (5, 6)])
def test_dissolving_keeps_area_and_makes_no_holes(
    cells: gpd.GeoDataFrame, digits: int, count: int
) -> None:
    parents = {code: code[:digits] for code in cells["code"]}
    above = dissolve_up(cells, parents)
    assert list(above["code"]) == sorted(set(parents.values()))
    assert len(above) == count
    assert above.crs == cells.crs
    assert above.is_valid.all()
    shapes = above.geometry.to_numpy()
    assert shapely.area(shapes).sum() == pytest.approx(
        shapely.area(cells.geometry.to_numpy()).sum(), rel=1e-9
    )
    assert all(not part.interiors for part in shapely.get_parts(shapes))


def test_dissolving_real_boundaries_leaves_no_slivers() -> None:
    real = gpd.read_file(real_file("jakarta", "kelurahan_267.geojson"))
    real = real.rename(columns={"kode": "code"})
    above = dissolve_up(real, dict(zip(real["code"], real["kode_kec"], strict=True)))
    assert len(above) == 44
    assert above.is_valid.all()
    assert all(not part.interiors for part in shapely.get_parts(above.geometry.to_numpy()))


def test_dissolving_keeps_an_enclave() -> None:
    inner = shapely.box(4.99, 4.99, 5.01, 5.01)
    outer = shapely.box(0, 0, 10, 10) - inner
    frame = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[outer, inner], crs=4326)
    above = dissolve_up(frame, {"a": "A", "b": "B"})
    assert not above.geometry.iloc[0].intersects(shapely.Point(5, 5))


def test_dissolving_names_the_district_without_a_parent(cells: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValueError, match=r"'31\.01\.01\.1001' has no parent"):
        dissolve_up(cells, {})
