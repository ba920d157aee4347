import json

import pandas as pd
import pytest
from sqlalchemy import and_, text
from sqlalchemy.dialects import sqlite

from data.complaints import NewComplaint, append, receive
from data.database import read
from data.geography import to_tiles
from data.vocabulary import EventKind, Status
from queries import points
from queries.clusters import cells_in_memory, count_cells
from queries.filters import ComplaintFilter
from queries.points import Bounds, newest, received_since, viewport
from queries.present import select_present
from queries.views import open_view
from tests.scattered import NOON, SECRET, all_complaints, scatter

EVERYTHING = ComplaintFilter(period="all")
CITY = (106.7, -6.3, 106.9, -6.1)
PART = (106.811, -6.209, 106.833, -6.187)


def within(raw: pd.DataFrame, bounds: tuple[float, float, float, float]) -> pd.DataFrame:
    west, south, east, north = bounds
    (left, right), (top, bottom) = to_tiles([north, south], [west, east])
    return raw[raw["x"].between(left, right) & raw["y"].between(top, bottom)]


@pytest.mark.parametrize("bounds", [CITY, PART])
def test_a_few_complaints_come_one_by_one(any_store, bounds):
    scatter(any_store, 200)
    expected = within(all_complaints(any_store), bounds)
    found = viewport(any_store, EVERYTHING, bounds, 14)
    ids = {feature["properties"]["id"] for feature in found["features"]}
    assert ids == set(expected["service_request_id"])
    assert found["pantau"] == {
        "total": len(expected),
        "shown": len(expected),
        "capped": False,
        "mode": "points",
    }


def test_a_point_says_what_a_marker_needs_and_no_more(store):
    receipt = receive(
        store,
        NewComplaint(
            service_code="garbage",
            channel_code="app",
            requested_at=NOON,
            latitude=-6.19,
            longitude=106.81,
            description=SECRET,
        ),
    )
    [feature] = viewport(store, EVERYTHING, CITY, 18, language="id")["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.81, -6.19]}
    assert feature["properties"] == {
        "id": receipt.service_request_id,
        "status": "waiting",
        "service_code": "garbage",
        "service_name": "Sampah",
        "requested": "2026-03-10T12:00:00+07:00",
        "unit": "Kelurahan Angsana",
        "district": "Angsana",
        "overdue": True,
    }


@pytest.mark.parametrize("zoom", [3, 11, 13, 17])
def test_too_many_are_clustered_and_none_is_lost(any_store, monkeypatch, zoom):
    monkeypatch.setattr(points, "CAP", 50)
    scatter(any_store, 300)
    expected = within(all_complaints(any_store), CITY)
    found = viewport(any_store, EVERYTHING, CITY, zoom)
    clusters = [feature["properties"] for feature in found["features"]]
    assert found["pantau"]["mode"] == "clusters"
    assert not found["pantau"]["capped"]
    assert sum(c["point_count"] for c in clusters) == found["pantau"]["total"] == len(expected)
    statuses = pd.DataFrame([c["statuses"] for c in clusters]).sum()
    naive = expected["status"].map(lambda number: Status(number).code).value_counts()
    assert statuses.sort_index().to_dict() == naive.sort_index().to_dict()
    for cluster in clusters:
        assert cluster["point_count"] == sum(cluster["statuses"].values())
        assert cluster["statuses"][cluster["status"]] == max(cluster["statuses"].values())
    assert expected["id"].max() in {int(cluster["newest"]) for cluster in clusters}


def test_clusters_lie_where_their_complaints_are(store, monkeypatch):
    monkeypatch.setattr(points, "CAP", 50)
    scatter(store, 300)
    [feature] = viewport(store, EVERYTHING, CITY, 0)["features"]
    raw = all_complaints(store)
    longitude, latitude = feature["geometry"]["coordinates"]
    assert longitude == pytest.approx(raw["longitude"].mean(), abs=3e-4)
    assert latitude == pytest.approx(raw["latitude"].mean(), abs=3e-4)


def test_in_a_street_the_newest_are_shown_and_the_cap_is_said(any_store, monkeypatch):
    monkeypatch.setattr(points, "CAP", 50)
    scatter(any_store, 300)
    expected = within(all_complaints(any_store), CITY)
    found = viewport(any_store, EVERYTHING, CITY, 18)
    assert found["pantau"] == {
        "total": len(expected),
        "shown": 50,
        "capped": True,
        "mode": "points",
    }
    expected = expected.sort_values(["requested_at", "id"], ascending=False)
    assert [feature["properties"]["id"] for feature in found["features"]] == expected[
        "service_request_id"
    ].head(50).tolist()


def test_filter_and_past_are_obeyed(any_store):
    scatter(any_store, 200)
    raw = all_complaints(any_store)
    service = any_store.reference().service_by_code["flood"].id
    flood = viewport(any_store, ComplaintFilter(period="all", services=("flood",)), CITY, 14)
    assert flood["pantau"]["total"] == (raw["x"].notna() & (raw["service_id"] == service)).sum()
    then = pd.Timestamp(NOON) - pd.Timedelta(days=10)
    past = viewport(any_store, ComplaintFilter(period="all", as_of=then.to_pydatetime()), CITY, 14)
    known = raw["x"].notna() & (pd.to_datetime(raw["requested_at"], utc=True) <= then)
    assert past["pantau"]["total"] == known.sum()
    first = past["features"][0]["properties"]
    assert pd.Timestamp(first["requested"]) <= then


@pytest.mark.parametrize(
    "bounds",
    [
        (106.9, -6.3, 106.7, -6.1),
        (106.7, -6.1, 106.9, -6.3),
        (0, 0, 0, 0),
        (float("nan"),) * 4,
        (-999, -6.3, 106.9, -6.1),
        (106.7, -95, 106.9, -6.1),
        (float("-inf"), -6, 1, 6),
    ],
)
def test_bounds_that_are_none_are_refused(bounds):
    with pytest.raises(ValueError, match="bounds"):
        Bounds(*bounds)


def test_a_view_wider_than_the_world_holds_everything(store):
    scatter(store, 40)
    found = viewport(store, EVERYTHING, (-300, -90, 300, 90), 0)
    assert found["pantau"]["total"] == all_complaints(store)["x"].notna().sum()


def test_the_newest_come_first(any_store):
    scatter(any_store, 120)
    found = newest(any_store, ComplaintFilter(period="all", channels=("app",)), 15)
    raw = all_complaints(any_store)
    raw = raw[raw["channel_id"] == any_store.reference().channel_by_code["app"].id]
    raw = raw.sort_values(["requested_at", "id"], ascending=False).head(15)
    assert found["service_request_id"].tolist() == raw["service_request_id"].tolist()
    assert set(found["channel_code"]) == {"app"}
    assert found["requested_at"].iloc[0].tzinfo is not None
    assert list(newest(any_store, ComplaintFilter(period="today"), 15).columns) == list(
        points.NEWEST_COLUMNS
    )


def test_what_came_since_is_named_once_and_only_if_selected(any_store):
    scatter(any_store, 30)
    seq = any_store.latest_seq()
    assert received_since(any_store, EVERYTHING, seq) == []
    new = NewComplaint(service_code="flood", channel_code="app", latitude=-6.2, longitude=106.81)
    ids = [receive(any_store, new).service_request_id for _ in range(3)]
    append(any_store, ids[0], EventKind.ACKNOWLEDGED)
    assert received_since(any_store, EVERYTHING, seq) == ids[::-1]
    assert received_since(any_store, EVERYTHING, seq, limit=2) == ids[:0:-1]
    assert received_since(any_store, ComplaintFilter(services=("noise",)), seq) == []
    assert received_since(any_store, ComplaintFilter(as_of=NOON), seq) == []


def test_nothing_personal_reaches_the_map(any_store, monkeypatch):
    scatter(any_store, 120)
    assert SECRET not in json.dumps(viewport(any_store, EVERYTHING, CITY, 14))
    assert SECRET not in newest(any_store, EVERYTHING, 100).to_csv()
    monkeypatch.setattr(points, "CAP", 5)
    assert SECRET not in json.dumps(viewport(any_store, EVERYTHING, CITY, 12))


def test_a_part_of_the_map_is_read_from_the_tile_index(store):
    scatter(store, 200)
    view = open_view(store, ComplaintFilter(period="all", services=("garbage",)))
    inside = and_(view.condition, *points._within(view, points._tiles(Bounds(*PART))))
    query = str(
        count_cells(view.facts, inside, 3).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
    )
    with read(store.engine) as connection:
        plan = " ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "ix_complaints_tile_facts (x>? AND x<?)" in plan
    assert "COVERING" in plan


@pytest.mark.parametrize("shift", [0, 3, 9])
def test_memory_and_database_gather_the_same_clusters(any_store, shift):
    scatter(any_store, 300)
    garbage = ComplaintFilter(period="all", services=("garbage",))
    tiles = points._tiles(Bounds(*PART))
    view, present = open_view(any_store, garbage), select_present(any_store, garbage)
    inside = and_(view.condition, *points._within(view, tiles))
    with read(any_store.engine) as connection:
        asked = connection.execute(count_cells(view.facts, inside, shift)).all()
    assert asked and present is not None
    expected = {tuple(map(int, row)) for row in asked}
    assert {tuple(cell) for cell in cells_in_memory(present, tiles, shift)} == expected
