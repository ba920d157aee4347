"""Whole cities: ones that start from a file, and real ones."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.boundaries import BoundaryError, import_boundaries
from data.city import init_city, read_pack
from data.store import Store, open_store
from tests.conftest import CITIES, real_file
from tests.data.boundary_files import collection, leaf_shapes, saved, square, tiny_squares


def test_a_city_without_a_list_starts_from_the_file(tmp_path: Path) -> None:
    pack = read_pack(CITIES / "tiny")
    bare = pack.__class__(
        **{
            **vars(pack),
            "districts": pack.districts.iloc[:0],
            "units": pack.units.assign(district_code=""),
        }
    )
    store = open_store(f"sqlite:///{tmp_path / 'bare.db'}")
    init_city(store.engine, bare)
    leaves = saved(tiny_squares(), tmp_path / "leaves.geojson")
    with pytest.raises(BoundaryError, match="import the boundaries of level kota first"):
        import_boundaries(store, leaves, level="kelurahan", code="kode", name="nama")
    towns = {
        "10": shapely.box(106.7, -6.2, 106.9, -6.1),
        "20": shapely.box(106.7, -6.3, 106.9, -6.2),
    }
    upper = collection(tmp_path / "kota.geojson", towns)
    assert import_boundaries(store, upper, level="kota", code="kode", name="nama").created == 2
    assert (
        import_boundaries(store, leaves, level="kelurahan", code="kode", name="nama").created == 4
    )

    district = store.reference().district_by_code["20.1"]
    assert (district.name, district.level) == ("Cemara", 1)
    assert store.reference().districts[district.parent_id or 0].code == "20"
    # 0.02° by 0.02° at 6.2° S
    assert district.area_km2 == pytest.approx(0.02 * 111.32 * 0.02 * 110.58 * 0.9942, rel=2e-3)
    assert square(-6.21, 106.81).covers(shapely.Point(district.longitude, district.latitude))

    moved = saved(tiny_squares(half=0.005), tmp_path / "smaller.geojson")
    import_boundaries(store, moved, level="kelurahan", code="kode")
    smaller = store.reference().district_by_code["20.1"].area_km2
    assert smaller == pytest.approx(district.area_km2 / 4, rel=1e-3)
    store.engine.dispose()


def test_create_adds_what_only_the_file_has(store: Store, tmp_path: Path) -> None:
    shapes = {"10.1": square(-6.19, 106.81), "20.9": square(-6.215, 106.83)}
    source = collection(tmp_path / "more.geojson", shapes)
    report = import_boundaries(store, source, level="kelurahan", code="kode", create=True)
    assert (report.by_code, report.created, report.unmatched) == (1, 1, ())
    added = store.reference().district_by_code["20.9"]
    assert store.reference().districts[added.parent_id or 0].code == "20"


def test_real_jakarta(jakarta_store: Store) -> None:
    official = {d.code: d.area_km2 for d in jakarta_store.reference().districts.values()}
    path = real_file("jakarta", "kelurahan_267.geojson")
    report = import_boundaries(
        jakarta_store, str(path), level="kelurahan", code="kode", name="nama"
    )
    assert (report.read, report.by_code, report.by_name) == (267, 267, 0)
    assert report.unmatched == () and report.without_polygon == () and report.redrawn == 50
    shapes = leaf_shapes(jakarta_store, 2)
    drawn = gpd.GeoSeries(shapes, crs=4326).to_crs(32748).area / 1e6
    ratio = np.array([drawn[code] / official[code] for code in shapes])
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    assert sum(drawn) == pytest.approx(661, rel=0.05)
    towns = gpd.GeoSeries(leaf_shapes(jakarta_store, 0), crs=4326).to_crs(32748).area / 1e6
    assert sum(towns) == pytest.approx(sum(drawn), rel=1e-3)

    # The statistics agency's codes are other cities': same digits, wrong places.
    wrong = gpd.read_file(real_file("jakarta", "kota_6.geojson"))
    turned = {
        "31.71": "31.74",
        "31.74": "31.72",
        "31.72": "31.71",
        "31.73": "31.75",
        "31.75": "31.73",
    }
    wrong["kode_kota"] = wrong["kode_kota"].replace(turned)
    source = saved(wrong, Path(str(jakarta_store.engine.url.database)).with_name("bps.geojson"))
    with pytest.raises(BoundaryError, match=r"codes of bps.geojson are of another system"):
        import_boundaries(jakarta_store, source, level="kota", code="kode_kota", name="nama_kota")
    with pytest.raises(BoundaryError, match="not where the districts are"):
        import_boundaries(jakarta_store, source, level="kota", code="kode_kota")


def test_real_boston(tmp_path: Path) -> None:
    path = real_file("boston", "neighborhoods.geojson")
    store = open_store(f"sqlite:///{tmp_path / 'boston.db'}")
    init_city(store.engine, read_pack(CITIES / "boston"))
    report = import_boundaries(
        store, str(path), level="neighborhood", code="Neighborhood_ID", name="Name"
    )
    assert (report.by_code, report.repaired, report.without_polygon) == (26, 1, ())
    measured = store.reference().districts
    assert all(d.latitude and d.longitude for d in measured.values())
    init_city(store.engine, read_pack(CITIES / "boston"))
    store.forget()
    assert store.reference().districts == measured  # and imported shapes survive a restart
    assert store.reference().city.boundaries == "neighborhoods.geojson"
    store.engine.dispose()
