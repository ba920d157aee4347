"""Importing boundaries: what follows from them, on both databases."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from sqlalchemy import func, select

from data import schema
from data.boundaries import import_boundaries, init_app, redraw_schematic, run
from data.boundaries.commands import describe_levels
from data.bulk import History, record_histories
from data.complaints import NewComplaint
from data.database import read
from data.snapshots import snapshot_at
from data.store import Store
from tests.data.boundary_files import CENTRES, collection, leaf_shapes, saved, square, tiny_squares

START = datetime(2026, 10, 1, tzinfo=UTC)


def file_complaints(store: Store, count: int = 600) -> None:
    """All over the tiny city and beyond; every tenth has no coordinates, but a district."""
    dice = random.Random(7)
    histories = []
    for index in range(count):
        place: dict[str, Any] = {"district_code": dice.choice(list(CENTRES))}
        if index % 10:
            place = {
                "latitude": dice.uniform(-6.225, -6.175),
                "longitude": dice.uniform(106.795, 106.855),
            }
        at = START + timedelta(minutes=index)
        new = NewComplaint(service_code="flood", channel_code="app", requested_at=at, **place)
        histories.append(History(new, []))
    assert record_histories(store, histories).created == count


def placed(store: Store) -> list[Any]:
    with read(store.engine) as connection:
        query = select(schema.complaints).order_by(schema.complaints.c.id)
        return list(connection.execute(query).all())


def everything(store: Store) -> list[Any]:
    """All that an import may change."""
    with read(store.engine) as connection:
        tables = (schema.settings, schema.districts, schema.complaints, schema.snapshots)
        return [
            connection.execute(select(table).order_by(*table.primary_key)).all() for table in tables
        ]


def test_complaints_move_to_the_district_they_lie_in(any_store: Store, tmp_path: Path) -> None:
    file_complaints(any_store)
    before = placed(any_store)
    version = any_store.reference().version
    source = saved(tiny_squares(east=0.006), tmp_path / "new.gpkg")

    report = import_boundaries(any_store, source, level="kelurahan", code="kode", name="nama")

    ids = {code: d.id for code, d in any_store.reference().district_by_code.items()}
    after = placed(any_store)
    moved = outside = 0
    for old, new in zip(before, after, strict=True):
        if old.latitude is None:
            assert new == old
            continue
        point = shapely.Point(old.longitude, old.latitude)
        holders = [
            ids[code]
            for code, (lat, lon) in CENTRES.items()
            if square(lat, lon + 0.006).covers(point)
        ]
        assert new.district_id == min(holders, default=None)
        assert (new.x, new.y, new.unit_id) == (old.x, old.y, old.unit_id)
        moved += new.district_id != old.district_id
        outside += new.district_id is None
    assert report.relocated is not None
    assert moved > 50 and outside > 50
    assert (report.relocated.moved, report.relocated.outside) == (moved, outside)
    assert report.relocated.looked_at == 540
    assert (report.by_code, report.by_name, report.unmatched) == (4, 0, ())
    assert any_store.reference().city.boundaries == "new.gpkg"
    assert any_store.reference().version != version
    assert any_store.locator().locate(-6.19, 106.845) == ids["10.2"]


def test_a_second_import_of_the_same_moves_nothing(any_store: Store, tmp_path: Path) -> None:
    file_complaints(any_store, 50)
    source = saved(tiny_squares(east=0.004), tmp_path / "same.geojson")
    import_boundaries(any_store, source, level="kelurahan", code="kode")
    again = import_boundaries(any_store, source, level="kelurahan", code="kode")
    assert again.relocated is not None and again.relocated.moved == 0


def test_a_district_that_was_named_outlives_boundaries_that_never_held_the_place(
    any_store: Store, tmp_path: Path
) -> None:
    places = {"named": (-6.3, 106.9), "found": (-6.19, 106.801), "named inside": (-6.3, 106.83)}
    histories = [
        History(
            NewComplaint(
                service_code="flood",
                channel_code="app",
                requested_at=START,
                latitude=latitude,
                longitude=longitude,
                district_code="20.2",
            ),
            [],
        )
        for latitude, longitude in places.values()
    ]
    assert record_histories(any_store, histories).created == 3
    ids = {code: d.id for code, d in any_store.reference().district_by_code.items()}
    assert [row.district_id for row in placed(any_store)] == [ids["20.2"], ids["10.1"], ids["20.2"]]

    shapes = {code: square(*centre, half=0.008) for code, centre in CENTRES.items()}
    shapes["20.1"] = shapes["20.1"].union(square(-6.3, 106.83))
    source = collection(tmp_path / "new.geojson", shapes)
    report = import_boundaries(any_store, source, level="kelurahan", code="kode")

    assert [row.district_id for row in placed(any_store)] == [ids["20.2"], None, ids["20.1"]]
    assert report.relocated is not None
    assert (report.relocated.moved, report.relocated.outside) == (2, 1)


def test_upper_levels_are_drawn_from_below(any_store: Store, tmp_path: Path) -> None:
    source = saved(tiny_squares(east=0.004), tmp_path / "squares.geojson")
    report = import_boundaries(any_store, source, level="kelurahan", code="kode")
    assert report.redrawn == 2
    north = shapely.union(square(-6.19, 106.814), square(-6.19, 106.834))
    assert leaf_shapes(any_store, 0)["10"].symmetric_difference(north).area < 1e-9


def test_upper_levels_that_were_imported_stay(any_store: Store, tmp_path: Path) -> None:
    wide = {
        "10": shapely.box(106.7, -6.2, 106.9, -6.1),
        "20": shapely.box(106.7, -6.3, 106.9, -6.2),
    }
    upper = collection(tmp_path / "kota.geojson", wide)
    report = import_boundaries(any_store, upper, level="kota", code="kode")
    assert report.relocated is None and any_store.reference().city.boundaries == "squares"
    lower = saved(tiny_squares(), tmp_path / "kelurahan.geojson")
    assert import_boundaries(any_store, lower, level="kelurahan", code="kode").redrawn == 0
    assert leaf_shapes(any_store, 0)["10"].equals(wide["10"])
    assert describe_levels(any_store)[0].endswith("kota.geojson")


def test_snapshots_of_the_past_are_forgotten(any_store: Store, tmp_path: Path) -> None:
    file_complaints(any_store, 20)
    assert snapshot_at(any_store, START + timedelta(minutes=5)) is not None
    source = saved(tiny_squares(east=0.004), tmp_path / "squares.geojson")
    import_boundaries(any_store, source, level="kelurahan", code="kode")
    with read(any_store.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(schema.snapshots)) == 0


def test_a_failure_leaves_everything_as_it_was(
    any_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_complaints(any_store, 100)
    before = everything(any_store)

    def fail(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(run, "touch_reference", fail)  # the very last step
    source = saved(tiny_squares(east=0.006), tmp_path / "new.gpkg")
    with pytest.raises(RuntimeError, match="disk is full"):
        import_boundaries(any_store, source, level="kelurahan", code="kode")
    assert everything(any_store) == before
    monkeypatch.undo()
    import_boundaries(any_store, source, level="kelurahan", code="kode")
    assert everything(any_store) != before


def test_districts_the_file_lacks_keep_a_real_shape(store: Store, tmp_path: Path) -> None:
    before = leaf_shapes(store)
    source = saved(tiny_squares(east=0.004).iloc[:3], tmp_path / "three.geojson")
    report = import_boundaries(store, source, level="kelurahan", code="kode")
    assert report.without_polygon == ("20.2 Dadap",) and not report.emptied
    assert leaf_shapes(store)["20.2"].equals(before["20.2"])


def test_districts_the_file_lacks_lose_a_schematic_shape(
    jakarta_store: Store, tmp_path: Path
) -> None:
    shapes = leaf_shapes(jakarta_store, 2)
    gone = "31.74.07.1001"
    del shapes[gone]
    source = collection(tmp_path / "most.geojson", shapes)
    report = import_boundaries(jakarta_store, source, level="kelurahan", code="kode")
    assert report.emptied and report.by_code == 266
    assert [word.split()[0] for word in report.without_polygon] == [gone]
    assert gone not in leaf_shapes(jakarta_store, 2)
    assert jakarta_store.reference().city.boundaries == "most.geojson"

    redraw_schematic(jakarta_store)
    assert len(leaf_shapes(jakarta_store, 2)) == 267
    assert jakarta_store.reference().city.boundaries == "schematic"
    assert all("schematic" in line for line in describe_levels(jakarta_store))


def test_commands(store: Store, tmp_path: Path) -> None:
    app = Flask("test")
    app.extensions["pantau"] = store
    init_app(app)
    runner = app.test_cli_runner()
    source = saved(tiny_squares(), tmp_path / "new.geojson")
    options = ["--level", "kelurahan", "--code", "kode", "--name", "nama"]
    done = runner.invoke(args=["districts", "import", source, *options])
    assert done.exit_code == 0 and "matched by code            4" in done.output
    listed = runner.invoke(args=["districts", "list"])
    assert "kelurahan\t4 districts\t4 polygons" in listed.output
    failed = runner.invoke(args=["districts", "schematic"])
    assert failed.exit_code == 1 and "no schematic boundaries" in failed.output
    failed = runner.invoke(args=["districts", "import", "none.geojson", *options])
    assert failed.exit_code == 1 and "none.geojson does not exist" in failed.output
