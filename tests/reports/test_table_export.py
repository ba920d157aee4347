import csv
import io
import json
import tracemalloc

import pandas as pd
import pytest
import shapely.geometry
from sqlalchemy import update

from data import schema
from data.city import touch_reference
from data.complaints import NewComplaint, receive
from data.database import write
from data.vocabulary import Status
from queries.axes import SLA_MET, SLA_MISSED
from queries.counts import count_by
from queries.filters import ComplaintFilter
from reports.table_export import csv_chunks, export_name, geojson_chunks
from tests.scattered import NOON, SECRET, all_complaints, scatter

EVERYTHING = ComplaintFilter(period="all")


def read_csv(store, complaint_filter=EVERYTHING, language="en") -> pd.DataFrame:
    text = b"".join(csv_chunks(store, complaint_filter, language=language)).decode()
    return pd.read_csv(io.StringIO(text), dtype={"service_request_id": str, "kota_code": str})


def test_every_complaint_is_a_line_in_order(any_store):
    scatter(any_store, 150)
    found, raw = read_csv(any_store), all_complaints(any_store).sort_values("id")
    assert found["service_request_id"].tolist() == raw["service_request_id"].tolist()
    assert found["status"].tolist() == [Status(number).code for number in raw["status"]]
    assert found["lat"].tolist() == pytest.approx(raw["latitude"].round(5).tolist(), nan_ok=True)
    hours = (
        pd.to_datetime(raw["resolved_at"], utc=True) - pd.to_datetime(raw["requested_at"], utc=True)
    ).dt.total_seconds() / 3600
    assert found["resolution_hours"].tolist() == pytest.approx(hours.round(4).tolist(), nan_ok=True)


def test_a_filter_selects_the_lines(any_store):
    scatter(any_store, 150)
    wanted = ComplaintFilter(period="all", services=("flood",), districts=("10",))
    found = read_csv(any_store, wanted)
    counted = count_by(any_store, ["status"], wanted)["n"].sum()
    assert len(found) == counted > 0
    assert set(found["service_name"]) == {"Flood"}
    assert set(found["kota_name"]) == {"Utara"}


def test_promises_agree_with_the_figures(any_store):
    scatter(any_store, 150)
    found = read_csv(any_store)
    for clock, column in (("response", "responded_on_time"), ("resolution", "resolved_on_time")):
        states = count_by(any_store, [f"{clock}_sla"], EVERYTHING).set_index(f"{clock}_sla")["n"]
        flags = found[column].map(str).value_counts()
        assert flags.get("True", 0) == states.get(SLA_MET, 0)
        assert flags.get("False", 0) == states.get(SLA_MISSED, 0)


def test_times_are_local_with_their_offset(store):
    receive(
        store,
        NewComplaint(
            service_code="garbage",
            channel_code="app",
            requested_at=NOON,
            latitude=-6.1900049,
            longitude=106.81,
        ),
    )
    [line] = csv.DictReader(
        io.StringIO(b"".join(csv_chunks(store, EVERYTHING, language="id")).decode())
    )
    assert line["requested_datetime"] == "2026-03-10T12:00:00+07:00"
    assert line["resolution_due_datetime"] == "2026-03-11T12:00:00+07:00"
    assert (line["service_name"], line["group"]) == ("Sampah", "cleanliness")
    assert (line["unit_code"], line["unit_name"]) == ("kel-10.1", "Kelurahan Angsana")
    assert (line["kelurahan_code"], line["kelurahan_name"]) == ("10.1", "Angsana")
    assert (line["lat"], line["long"]) == ("-6.19", "106.81")
    assert (line["responded_datetime"], line["response_hours"], line["rating"]) == ("", "", "")
    assert line["resolved_on_time"] == "false"


def test_a_past_is_exported_as_it_was(any_store):
    scatter(any_store, 100)
    then = NOON - pd.Timedelta(days=8).to_pytimedelta()
    found = read_csv(any_store, ComplaintFilter(period="all", as_of=then))
    requested = pd.to_datetime(all_complaints(any_store)["requested_at"], utc=True)
    assert len(found) == (requested <= then).sum()
    assert (pd.to_datetime(found["resolved_datetime"].dropna(), utc=True) <= then).all()


def test_geojson_has_every_complaint_and_says_what_it_is(any_store):
    scatter(any_store, 100)
    found = json.loads(b"".join(geojson_chunks(any_store, EVERYTHING, language="en")))
    raw = all_complaints(any_store)
    assert len(found["features"]) == len(raw)
    placed = [f for f in found["features"] if f["geometry"]]
    assert len(placed) == raw["x"].notna().sum()
    assert all(-7 < shapely.geometry.shape(f["geometry"]).y < -6 for f in placed)
    assert found["pantau"]["filter"] == "period=all"
    assert "Kota Uji" in found["pantau"]["description"]


def test_an_empty_selection_is_a_header_and_a_valid_collection(store):
    assert len(read_csv(store)) == 0
    found = json.loads(b"".join(geojson_chunks(store, EVERYTHING, language="en")))
    assert found["features"] == []


def test_exports_hold_nothing_personal(any_store):
    scatter(any_store, 100)
    for chunks in (csv_chunks, geojson_chunks):
        assert SECRET.encode() not in b"".join(chunks(any_store, EVERYTHING, language="en"))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@SUM(A1)", "\tx", "\rx"])
def test_a_name_that_looks_like_a_formula_is_only_text(store, name):
    with write(store.engine) as connection:
        connection.execute(
            update(schema.units).where(schema.units.c.code == "kel-10.1").values(name=name)
        )
        touch_reference(connection)
    store.forget()
    new = NewComplaint(service_code="garbage", channel_code="app", latitude=-6.19, longitude=106.81)
    receive(store, new)
    text = b"".join(csv_chunks(store, EVERYTHING, language="en")).decode()
    [line] = csv.DictReader(io.StringIO(text, newline=""))
    assert line["unit_name"] == f"'{name}"
    assert line["lat"] == "-6.19"  # a number stays a number


def test_memory_does_not_grow_with_the_number_of_lines(store):
    scatter(store, 6_000)
    peaks = []
    for days in (8, 20):
        wanted = ComplaintFilter(start=NOON.date() - pd.Timedelta(days=days).to_pytimedelta())
        for _ in csv_chunks(store, wanted, language="en"):
            pass  # what is loaded only once
        tracemalloc.start()
        pieces = sum(1 for _ in csv_chunks(store, wanted, language="en"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert pieces == 4  # the header and three chunks
    assert peaks[1] < 1.5 * peaks[0]


def test_the_file_name_says_city_period_and_day(store):
    wanted = ComplaintFilter(start=NOON.date(), end=NOON.date().replace(day=20))
    name = export_name(store, wanted, "csv")
    assert name.startswith("pantau_kota-uji_2026-03-10_to_2026-03-19_seen_20")
    assert name.endswith(".csv")
    assert export_name(store, EVERYTHING, "csv").startswith("pantau_kota-uji_all_seen_")
