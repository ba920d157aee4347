"""Every result in every format: the figures of the page, and what they are, when, and whose."""

import io
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient

from data.complaints import NewComplaint, receive
from data.i18n import use_language
from data.layers.catalogue import describe, publish
from data.layers.model import About, FeatureTable, Field
from data.store import Store
from pages import result_export_routes
from queries.boundaries import whole_boundaries
from queries.districts import district_values
from queries.filters import ComplaintFilter
from queries.layers.both import two_measures
from queries.layers.by_feature import feature_values
from queries.layers.features import forget_layers
from queries.layers.hot_spots import hot_spots
from queries.layers.repeat_places import repeat_places
from tests.exported import ENDINGS, frame_of, kept, said_in
from tests.layer_files import put_layer, put_pumps
from tests.scattered import SECRET, all_complaints, scatter

ALL = ComplaintFilter(period="all")
FLOODS = [
    shapely.box(106.80, -6.22, 106.82, -6.20),
    shapely.Polygon(shapely.box(106.81, -6.21, 106.84, -6.18).exterior, [
        shapely.box(106.82, -6.20, 106.825, -6.195).exterior.coords
    ]),
    shapely.MultiPolygon([shapely.box(w, -6.3, w + 0.01, -6.29) for w in (106.70, 106.72)]),
]  # fmt: skip


def fetch(client: FlaskClient, folder: Path, address: str, ending: str, query: str) -> Path:
    with client.get(f"/export/{address}.{ending}?{query}") as answer:
        content = answer.data
    assert answer.status_code == 200, content[:500]
    assert answer.headers["Cache-Control"] == "no-store"
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment; filename=") and name.rstrip('"').endswith(f".{ending}")
    return kept(folder, ending, content)


def put_floods(store: Store) -> None:
    names = {"en": "Floods of 2007", "id": "Banjir 2007"}
    columns = {"name": ["Barat", "Timur", None], "depth": [1.5, 2, None]}
    put_layer(store, "flood-2007", FLOODS, columns, names=names)
    about = About(names=names, source="© OpenStreetMap contributors", licence="ODbL-1.0")
    describe(store, "flood-2007", about)
    forget_layers(store)


@pytest.mark.parametrize("ending", ENDINGS)
def test_complaints_are_those_of_the_filter(
    client: FlaskClient, store: Store, tmp_path: Path, ending: str
) -> None:
    scatter(store, 120)
    put_floods(store)
    path = fetch(client, tmp_path, "complaints", ending, "period=all&lang=en&service=flood")
    raw = all_complaints(store)
    floods = store.reference().service_by_code["flood"].id
    raw = raw[raw["service_id"] == floods].sort_values("id")
    frame = frame_of(path)
    number = "request_id" if ending == "shp.zip" else "service_request_id"
    assert frame[number].tolist() == raw["service_request_id"].tolist()
    places = [
        None if latitude != latitude else (round(longitude, 5), round(latitude, 5))
        for longitude, latitude in zip(raw["longitude"], raw["latitude"], strict=True)
    ]
    assert places.count(None) > 0
    assert [g and (g.x, g.y) for g in frame["geometry"]] == places
    assert SECRET not in str(frame.to_dict()) and SECRET.encode() not in path.read_bytes()
    said = said_in(path)
    assert "Flood in Kota Uji" in said
    assert datetime.now().strftime("%Y-") in said
    assert "Complaints: not stated" in said


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_it_is_combined_with_is_named_with_its_licence(
    client: FlaskClient, store: Store, tmp_path: Path, ending: str
) -> None:
    scatter(store, 40)
    put_floods(store)
    query = "period=all&inside=flood-2007&lang=id"
    for address in ("complaints", "map-areas", "repeat-places"):
        if address == "repeat-places":
            for _ in range(3):
                receive(store, NewComplaint(
                    service_code="flood", channel_code="app", latitude=-6.205, longitude=106.805
                ))  # fmt: skip
        said = said_in(fetch(client, tmp_path, address, ending, query))
        assert "di dalam Banjir 2007" in said
        assert "Banjir 2007: © OpenStreetMap contributors" in said
        assert "Banjir 2007: ODbL-1.0" in said


def test_instants_and_days_have_their_types(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    scatter(store, 60)
    for _ in range(2):
        receive(store, NewComplaint(
            service_code="flood", channel_code="app", latitude=-6.205, longitude=106.805
        ))  # fmt: skip
    query = "period=all&at_least=2"
    raw = all_complaints(store).sort_values("id")
    first = raw["requested_at"].iloc[0].astimezone(store.reference().city.time_zone)

    path = fetch(client, tmp_path, "complaints", "gpkg", query)
    assert dict(zip(*fields(path), strict=True))["requested_datetime"].startswith("datetime64")
    assert frame_of(path)["requested_datetime"].iloc[0].timestamp() == first.timestamp()

    path = fetch(client, tmp_path, "complaints", "xlsx", query)
    book = openpyxl.load_workbook(path)
    assert frame_of(path)["requested_datetime"].iloc[0] == first.replace(tzinfo=None)
    assert ("times", "Asia/Jakarta") in list(book["About"].iter_rows(values_only=True))

    path = fetch(client, tmp_path, "complaints", "shp.zip", query)
    row = frame_of(path).iloc[0]
    assert (row["request_d"].date(), row["request_t"]) == (
        first.date(), first.timetz().isoformat("seconds"),
    )  # fmt: skip
    names = [name for name in frame_of(path).columns if name != "geometry"]
    assert all(len(name) <= 10 for name in names) and len(set(names)) == len(names)
    assert "  request_d is requested_date\r\n" in said_in(path)
    for name, long in (("resp_hours", "response_hours"), ("reso_kept", "resolved_on_time")):
        assert f"  {name} is {long}\r\n" in said_in(path)

    path = fetch(client, tmp_path, "repeat-places", "gpkg", query)
    found = repeat_places(store, ALL, at_least=2, limit=10)
    days = found["first_day"].tolist()
    assert dict(zip(*fields(path), strict=True))["first_day"] == "datetime64[D]"
    shown = frame_of(path)["first_day"]
    assert [(d.date() - date(1970, 1, 1)).days for d in shown][:10] == days
    sheet = frame_of(fetch(client, tmp_path, "repeat-places", "xlsx", query))
    assert isinstance(sheet["first_day"].iloc[0], datetime)  # which a sheet shows as a day


def fields(path: Path) -> tuple[list[str], list[str]]:
    info = pyogrio.read_info(path)
    return list(info["fields"]), [str(kind) for kind in info["dtypes"]]


@pytest.mark.parametrize("ending", ["gpkg", "shp.zip", "kml", "xlsx"])
def test_more_complaints_than_a_file_holds_are_refused_in_words(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    scatter(store, 30)
    most = "MOST_IN_WORKBOOK" if ending == "xlsx" else "MOST"
    assert getattr(result_export_routes, most) == (50_000 if ending == "xlsx" else 200_000)
    monkeypatch.setattr(result_export_routes, most, 20)
    answer = client.get(f"/export/complaints.{ending}?period=all&lang=en")
    assert answer.status_code == 400
    assert answer.get_json()["error"] == (
        "this file holds at most 20 complaints, not 30; choose a shorter period or fewer "
        "services, or take CSV or GeoJSON, which hold any number"
    )
    assert len(client.get("/export/complaints.csv?period=all").data.splitlines()) == 31


@pytest.mark.parametrize("ending", ENDINGS)
def test_coloured_districts_have_the_values_of_the_map(
    client: FlaskClient, store: Store, tmp_path: Path, ending: str
) -> None:
    scatter(store, 200)
    query = "period=all&lang=en&level=kelurahan&measure=median_response"
    path = fetch(client, tmp_path, "map-areas", ending, query)
    frame = frame_of(path)
    expected = district_values(store, ALL, measure="median_response", level="kelurahan")
    assert frame["code"].tolist() == expected["code"].tolist()
    assert [int(n) for n in frame["n"]] == expected["n"].tolist()
    assert frame["state"].tolist() == expected["state"].tolist()
    values = [float(v) if v not in (None, "") else np.nan for v in frame["value"]]
    assert values == pytest.approx((expected["value"] / 3600).tolist(), nan_ok=True)
    level = store.reference().level_index("kelurahan")
    assert shapely.equals(
        np.asarray(frame["geometry"], object), whole_boundaries(store, level).shapes
    ).all()
    said = said_in(path)
    assert "Median response time, Urban village (hours)" in said
    assert "All complaints in Kota Uji" in said
    assert "District boundaries: squares" in said


def test_classes_hold_their_values(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    scatter(store, 400)
    query = "period=all&level=kelurahan&measure=open_backlog"
    frame = frame_of(fetch(client, tmp_path, "map-areas", "gpkg", query))
    assert frame["class"].notna().sum() == (frame["state"] == "ok").sum() > 2
    assert frame["class"].min() == 1
    for row in frame.dropna(subset=["class"]).itertuples():
        low, high = row.class_from, row.class_to
        assert (np.isnan(low) or low <= row.value) and (np.isnan(high) or row.value < high)
        assert row.colour.startswith("#")


def test_a_comparison_says_what_with(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    scatter(store, 300)
    query = "start=2026-03-05&end=2026-03-10&compare=before&measure=open_backlog&level=kota&lang=en"
    path = fetch(client, tmp_path, "map-areas", "gpkg", query)
    frame = frame_of(path)
    assert (frame["now"] - frame["before"]).tolist() == frame["value"].tolist()
    assert frame["n_before"].sum() > 0
    assert "Period before: 28 February – 4 March 2026" in said_in(path)


def test_hot_spots_are_squares_or_districts(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    scatter(store, 200, around=0.02)
    for measure, places in (("hot_cells", "cell"), ("hot_spots", "kelurahan")):
        query = f"period=all&measure={measure}&level=kelurahan&lang=en"
        path = fetch(client, tmp_path, "map-areas", "gpkg", query)
        frame, expected = frame_of(path), hot_spots(store, ALL, places=places)
        assert frame["code"].tolist() == expected["code"].tolist()
        assert frame["z"].tolist() == pytest.approx(expected["z"].tolist())
        assert frame["n"].tolist() == expected["n"].astype(int).tolist()
        assert frame["kind"].tolist() == expected["kind"].tolist()
        assert "Getis-Ord" in said_in(path)
    sides = [shape.bounds for shape in frame_of(
        fetch(client, tmp_path, "map-areas", "gpkg", "period=all&measure=hot_cells")
    ).geometry]  # fmt: skip
    assert {round((east - west) * 2**16 / 360) for west, _, east, _ in sides} == {1}


def test_two_measures_name_both_and_the_layer(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    scatter(store, 300)
    put_floods(store)
    second = "flood-2007:share_covered"
    query = f"period=all&measure=median_response&second={second}&level=kelurahan&lang=en"
    path = fetch(client, tmp_path, "map-areas", "gpkg", query)
    frame = frame_of(path)
    both = two_measures(store, ALL, "median_response", second, level="kelurahan").frame
    assert frame["first_value"].tolist() == pytest.approx(
        (both["first"] / 3600).tolist(), nan_ok=True
    )
    assert frame["second_value"].tolist() == pytest.approx(both["second"].tolist(), nan_ok=True)
    cells = 3 * (frame["second_class"] - 1) + frame["first_class"] - 1
    assert cells.fillna(-1).tolist() == both["cell"].tolist()
    assert set(frame["first_unit"]) == {"hours"}
    assert "ODbL-1.0" in said_in(path)
    with use_language("en"):
        assert client.get("/export/map-areas.csv?second=moon:share_near:5").status_code == 400


def test_features_have_their_values_and_their_own_fields(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    scatter(store, 300)
    put_floods(store)
    query = "period=all&areas=flood-2007&measure=open_backlog&lang=en"
    path = fetch(client, tmp_path, "map-areas", "gpkg", query)
    frame = frame_of(path)
    expected = feature_values(store, ALL, "flood-2007", "open_backlog")
    assert frame["n"].tolist() == expected["n"].tolist() and frame["n"].iloc[0] > 0
    assert frame["value"].tolist() == pytest.approx(expected["value"].tolist(), nan_ok=True)
    assert frame["depth"].tolist() == pytest.approx([1.5, 2, np.nan], nan_ok=True)
    assert [shapely.to_wkb(s) for s in frame.geometry] == [shapely.to_wkb(s) for s in FLOODS]
    assert frame["feature"].tolist() == [1, 2, 3]
    assert "Open now, Floods of 2007" in said_in(path) and "ODbL-1.0" in said_in(path)
    kept_out = frame_of(fetch(client, tmp_path, "map-areas", "gpkg", f"{query}&district=20"))
    assert kept_out["n"].sum() < frame["n"].sum()  # the chosen district bounds what is counted
    query = "start=2026-03-05&end=2026-03-10&compare=before&areas=flood-2007&measure=per_10000"
    changed = frame_of(fetch(client, tmp_path, "map-areas", "gpkg", query))
    assert changed["feature"].tolist() == [1, 2, 3]
    assert (changed["now"] - changed["before"]).equals(changed["value"])
    answer = client.get("/export/map-areas.csv?areas=moon")
    assert answer.status_code == 400 and "'moon'" in answer.get_json()["error"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_repeat_places_are_the_panels(
    client: FlaskClient, store: Store, tmp_path: Path, ending: str
) -> None:
    scatter(store, 20)
    for n in range(7):
        place = {"latitude": -6.19, "longitude": 106.81 + (n // 4) / 100}
        receive(store, NewComplaint(service_code="flood", channel_code="app", **place))
    path = fetch(client, tmp_path, "repeat-places", ending, "period=all&lang=en")
    frame, expected = frame_of(path), repeat_places(store, ALL)
    assert Counter(int(n) for n in frame["n"]) == Counter(expected["n"].tolist())
    assert [int(n) for n in frame["n"]][:2] == [4, 3]
    assert [(g.x, g.y) for g in frame["geometry"]] == [
        pytest.approx(pair)
        for pair in zip(expected["longitude"], expected["latitude"], strict=True)
    ]
    assert "one service was reported at least 3 times" in said_in(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_layer_is_exported_as_it_is(
    client: FlaskClient, store: Store, tmp_path: Path, ending: str
) -> None:
    put_floods(store)
    path = fetch(client, tmp_path, "layers/flood-2007", ending, "lang=en")
    frame = frame_of(path)
    assert shapely.equals_exact(
        shapely.normalize(np.asarray(frame["geometry"], object)),
        shapely.normalize(np.array(FLOODS, object)),
        1e-15,
    ).all()
    assert [v if v else None for v in frame["name"]] == ["Barat", "Timur", None]
    for text in ("Floods of 2007", "© OpenStreetMap contributors", "ODbL-1.0"):
        assert text in said_in(path)


def test_instants_of_a_layer_are_typed(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    table = FeatureTable(
        np.array([shapely.Point(106.8, -6.2), shapely.Point(106.81, -6.2)], object),
        {"at": ["2026-03-01T05:00:00Z", None]},
        (Field("at", "instant"),),
    )
    publish(store, "levels", About(names={"en": "Levels"}), table, file_name="levels.csv")
    path = fetch(client, tmp_path, "layers/levels", "gpkg", "")
    assert frame_of(path)["at"].iloc[0].isoformat() == "2026-03-01T05:00:00+00:00"
    row = frame_of(fetch(client, tmp_path, "layers/levels", "shp.zip", "")).iloc[0]
    assert (row["at_d"].date(), row["at_t"]) == (date(2026, 3, 1), "05:00:00+00:00")


def test_a_formula_stays_text(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    put_pumps(store)
    columns = {"=name": ["=2+5", "@x", "+1"]}
    shapes = shapely.points([106.8, 106.81, 106.82], -6.2)
    put_layer(store, "bad", list(shapes), columns, names={"en": "=HYPERLINK(1)"})
    path = fetch(client, tmp_path, "layers/bad", "xlsx", "")
    book = openpyxl.load_workbook(path)
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    text = fetch(client, tmp_path, "layers/bad", "csv", "").read_text()
    assert text.splitlines()[0].startswith("'=name") and text.splitlines()[1].startswith("'=2+5")


def test_what_is_not_there_is_said(client: FlaskClient, store: Store) -> None:
    put_pumps(store)
    for address, status, words in (
        ("layers/moon.gpkg", 404, "'moon' is not known; there are: pumps"),
        ("layers/pumps.pdf", 404, "not an address"),
        ("complaints.dwg", 404, "not an address"),
        ("map-areas.gpkg?measure=beauty", 400, "measure 'beauty'"),
        ("map-areas.gpkg?level=planet", 400, "level 'planet'"),
        ("map-areas.gpkg?second=beauty", 400, "measure 'beauty'"),
        ("repeat-places.csv?at_least=1", 400, "at_least '1'"),
        ("repeat-places.csv?near=moon:5", 400, "'moon'"),
        ("complaints.gpkg?district=9", 400, "district '9'"),
    ):
        answer = client.get(f"/export/{address}")
        assert answer.status_code == status, address
        assert words in answer.get_json()["error"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("address", ["complaints", "map-areas", "repeat-places"])
def test_an_empty_city_is_a_file_too(
    client: FlaskClient, store: Store, tmp_path: Path, address: str, ending: str
) -> None:
    path = fetch(client, tmp_path, address, ending, "period=today")
    if ending == "shp.zip":
        names = zipfile.ZipFile(io.BytesIO(path.read_bytes())).namelist()
        assert {"README.txt", f"{address}.shp", f"{address}.dbf", f"{address}.prj"} <= set(names)


def test_a_past_is_exported_as_it_was(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    scatter(store, 100)
    query = "period=all&as_of=2026-03-02T12:00:00%2B07:00"
    path = fetch(client, tmp_path, "complaints", "gpkg", query)
    requested = all_complaints(store)["requested_at"]
    assert len(frame_of(path)) == sum(at.isoformat() <= "2026-03-02T05:00:00" for at in requested)
    assert "2026-03-02T12:00:00+07:00" in said_in(path)
