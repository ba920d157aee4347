"""The presets that ship, on files as their origins write them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from data import schema
from data.city import read_setting
from data.database import read
from data.imports.adapting import adapt
from data.imports.preset import PresetError, load_preset
from data.imports.pseudonyms import pseudonym
from data.store import Store
from data.vocabulary import Status
from tests.data.import_files import rejected, take, write_json

PULLED = {
    "post_id": 7001,
    "post_date": "2016-12-09 18:32:52",
    "post_title": "Banjir",
    "post_desc": "Air setinggi lutut",
    "post_images": "https://img.example.org/1.jpg",
    "loc_lat": "-6.19",
    "loc_lng": "106.81",
    "profile_name": "Siti Rahayu",
}


def stored(store: Store) -> dict[str, Any]:
    """Complaint and details of each external id."""
    complaints, details = schema.complaints, schema.complaint_details
    columns = [c for c in details.c if c.name != "complaint_id"]
    with read(store.engine) as connection:
        rows = connection.execute(
            select(complaints, *columns).join_from(complaints, details)
        ).mappings()
        return {row["external_id"]: row for row in rows}


def events(store: Store, external_id: str) -> list[tuple[str, datetime, str | None]]:
    query = (
        select(schema.events.c.kind, schema.events.c.at, schema.events.c.note)
        .join(schema.complaints, schema.complaints.c.id == schema.events.c.complaint_id)
        .where(schema.complaints.c.external_id == external_id)
        .order_by(schema.events.c.seq)
    )
    with read(store.engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def service_of(store: Store, row: Any) -> str:
    return store.reference().services[row["service_id"]].service_code


def test_qlues_pull_feed(any_store: Store, tmp_path: Path) -> None:
    posts = [
        PULLED,
        PULLED | {"post_id": 7002, "loc_lat": 0, "loc_lng": "0", "profile_name": "siti  rahayu"},
        PULLED | {"post_id": 7003, "post_images": ["https://img.example.org/2.jpg", ""]},
    ]
    report = take(any_store, write_json(tmp_path / "a.json", posts), "qlue-pull")
    assert (report.stored, report.refused, report.without_coordinates) == (3, 0, 1)
    found = stored(any_store)
    first = found["7001"]
    assert first["requested_at"] == datetime(2016, 12, 9, 11, 32, 52, tzinfo=UTC)
    assert (first["latitude"], first["longitude"]) == (-6.19, 106.81)
    assert first["description"] == "Air setinggi lutut"
    assert service_of(any_store, first) == "flood"
    assert first["media_urls"] == ["https://img.example.org/1.jpg"]
    assert found["7003"]["media_urls"] == ["https://img.example.org/2.jpg"]
    assert found["7002"]["latitude"] is None


def test_names_are_kept_as_keyed_hashes_only(any_store: Store, tmp_path: Path) -> None:
    posts = [
        PULLED,
        PULLED | {"post_id": 7002, "profile_name": " siti  RAHAYU "},
        PULLED | {"post_id": 7003, "profile_name": "Budi"},
        PULLED | {"post_id": 7004, "post_title": "Ufo"},
    ]
    report = take(any_store, write_json(tmp_path / "a.json", posts), "qlue-pull")
    accounts = {key: row["account_id"] for key, row in stored(any_store).items()}
    assert accounts["7001"] == accounts["7002"] != accounts["7003"]
    assert accounts["7001"].startswith("hmac-sha256:")
    with read(any_store.engine) as connection:
        for table in schema.metadata.sorted_tables:
            assert "Siti" not in str(connection.execute(select(table)).all())
    assert report.rejects is not None
    assert "Siti" not in report.rejects.read_text(encoding="utf-8-sig")
    # A refused row that was mended and comes again is still the same person's.
    [mended] = rejected(report)
    mended |= {"post_title": "Banjir"}
    del mended["reason"]
    take(any_store, write_json(tmp_path / "b.json", [mended]), "qlue-pull")
    assert stored(any_store)["7004"]["account_id"] == accounts["7001"]


def test_each_database_has_a_secret_of_its_own(store: Store, tmp_path: Path) -> None:
    assert take(store, write_json(tmp_path / "a.json", [PULLED]), "qlue-pull").stored == 1
    with read(store.engine) as connection:
        secret = read_setting(connection, "pseudonym_secret")
    assert len(secret) == 64
    kept = stored(store)["7001"]["account_id"]
    assert kept == pseudonym(secret, "SITI RAHAYU") != pseudonym("0" * 64, "SITI RAHAYU")


MARKER = {
    "post_id": "9",
    "timestamp": "2026-03-01 08:00:00",
    "title": "Sampah",
    "lat": -6.19,
    "lng": 106.81,
    "status": "wait",
    "progress": [],
}
BEGUN = {"timestamp": "2026-03-01 09:30:00", "status": "process", "note": "Petugas berangkat"}
DONE = {"timestamp": "2026-03-01 11:00:00", "status": "complete", "note": "Sudah diangkut"}


def test_qlues_marker_feed_is_followed_from_state_to_state(
    any_store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    states = [
        MARKER,
        MARKER | {"status": "process", "progress": [BEGUN]},
        MARKER | {"status": "complete", "progress": [BEGUN, DONE]},
        MARKER | {"status": "complete", "progress": [BEGUN, DONE]},
        MARKER,  # an old copy changes nothing
    ]
    counts = []
    for state in states:
        report = take(any_store, write_json(path, [state]), "qlue-marker")
        counts.append((report.stored, report.already_there, report.updated, report.refused))
    assert counts == [(1, 0, 0, 0), (0, 1, 1, 0), (0, 1, 1, 0), (0, 1, 0, 0), (0, 1, 0, 0)]
    assert events(any_store, "9") == [
        ("received", datetime(2026, 3, 1, 1, 0, tzinfo=UTC), None),
        ("started", datetime(2026, 3, 1, 2, 30, tzinfo=UTC), "Petugas berangkat"),
        ("resolved", datetime(2026, 3, 1, 4, 0, tzinfo=UTC), "Sudah diangkut"),
    ]
    row = stored(any_store)["9"]
    assert Status(row["status"]) is Status.RESOLVED
    assert row["responded_at"] == datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    with read(any_store.engine) as connection:
        spell = connection.execute(select(schema.spells)).one()
    assert spell.resolved_at == row["resolved_at"]


def test_a_whole_marker_history_at_once_is_the_same_as_step_by_step(
    store: Store, tmp_path: Path
) -> None:
    again = {"timestamp": "2026-03-02 08:00:00", "status": "process"}
    once_more = {"timestamp": "2026-03-02 09:00:00", "status": "complete"}
    whole = MARKER | {"status": "complete", "progress": [DONE, BEGUN, again, once_more]}
    assert take(store, write_json(tmp_path / "a.json", [whole]), "qlue-marker").stored == 1
    kinds = [kind for kind, *_ in events(store, "9")]
    assert kinds == ["received", "started", "resolved", "reopened", "resolved"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"progress": 7}, "'7' is not a list of follow-ups"),
        ({"progress": ["x"]}, "is not a list of follow-ups"),
        ({"progress": [{"status": "process"}]}, "a follow-up does not say when it was"),
        ({"progress": [BEGUN | {"timestamp": "soon"}]}, "'soon' is not a time"),
        ({"progress": [BEGUN | {"timestamp": {"a": 1}}]}, "is not a time"),
        ({"progress": [BEGUN | {"status": "magic"}]}, "status 'magic' is not one of"),
        ({"progress": [BEGUN | {"timestamp": "2026-02-01 08:00:00"}]}, "before it was received"),
        ({"status": "complete"}, "does not say since when"),
        ({"status": ["wait"]}, "is not one of wait, process, complete"),
        ({"lat": {"deg": 6}}, "one coordinate without the other"),
        ({"lat": "NaN"}, "is not a number"),
        ({"title": None}, "it names no service"),
        ({"post_id": None}, "no id of its own"),
        ({"timestamp": True}, "is not a time"),
    ],
)
def test_no_shape_of_a_value_breaks_an_import(
    store: Store, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    posts = [MARKER | change, MARKER | {"post_id": "10"}]
    report = take(store, write_json(tmp_path / "a.json", posts), "qlue-marker")
    assert (report.stored, report.refused) == (1, 1)
    assert reason in rejected(report)[0]["reason"]


def test_half_characters_and_depths_of_nesting_break_nothing(
    any_store: Store, tmp_path: Path
) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = {"a": deep}
    posts = [
        MARKER | {"description": "half \ud83d of a wave", "deep": deep},
        MARKER | {"post_id": "10\ud83d"},
        MARKER | {"post_id": "11", "title": "\udc00"},
        MARKER | {"post_id": "12", "progress": [BEGUN | {"note": "a\udc00\0b"}]},
        MARKER | {"post_id": "13", "status": {"a": {"b": "\ud83d"}}, "\ud83d": 1},
    ]
    report = take(any_store, write_json(tmp_path / "a.json", posts), "qlue-marker")
    assert (report.stored, report.refused) == (4, 1)
    assert stored(any_store)["9"]["description"] == "half \N{REPLACEMENT CHARACTER} of a wave"
    assert "service" in rejected(report)[0]["reason"]
    notes = [note for *_, note in events(any_store, "12")]
    assert notes == [None, "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"]


DESK = [
    ["REKAPITULASI PENGADUAN MASYARAKAT"],
    ["Bulan: Maret 2026"],
    [],
    ["No", "No. Aduan", "Tanggal Aduan", "Nama Pelapor", "Kategori", "Isi Aduan", "Lintang"]
    + ["Bujur", "Status", "Tanggal Selesai", "Tindak Lanjut"],
    [1, "A-1", "03/02/2026 08.15", "Siti", "Sampah", "Café – bau", "-6,19", "106,81"]
    + ["Selesai", "4 Februari 2026", "Diangkut"],
    [2, "A-2", "Selasa, 3 Februari 2026 pukul 10:00 WIB", "Budi", "Banjir", "Air naik", "", ""]
    + ["Proses", "", ""],
    [3, "A-3", "31/02/2026", "Budi", "Banjir", "Hari yang tidak ada", "", "", "Baru", "", ""],
]


def check_desk(store: Store, report: Any) -> None:
    assert (report.stored, report.refused) == (2, 1)
    assert "is not a time like day_first" in rejected(report)[0]["reason"]
    found = stored(store)
    one, two = found["A-1"], found["A-2"]
    assert one["requested_at"] == datetime(2026, 2, 3, 1, 15, tzinfo=UTC)
    assert one["resolved_at"] == datetime(2026, 2, 3, 17, 0, tzinfo=UTC)
    assert (one["latitude"], one["longitude"]) == (-6.19, 106.81)
    assert one["description"] == "Café – bau"
    assert service_of(store, two) == "flood"
    assert two["requested_at"] == datetime(2026, 2, 3, 3, 0, tzinfo=UTC)
    assert one["account_id"].startswith("hmac-sha256:")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_a_complaint_desks_csv(
    store: Store, tmp_path: Path, delimiter: str, line_end: str, encoding: str
) -> None:
    path = tmp_path / "aduan.csv"
    lines = [
        delimiter.join(f'"{c}"' if delimiter in str(c) else str(c) for c in cells) for cells in DESK
    ]
    path.write_bytes(line_end.join(lines).encode(encoding))
    check_desk(store, take(store, path, "complaint-desk"))


def test_a_complaint_desks_workbook(store: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Petunjuk"  # type: ignore[union-attr]
    book.active.append(["Isilah lembar berikut"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Aduan")
    for cells in DESK:
        sheet.append(cells)
    sheet["G5"], sheet["H5"] = -6.19, 106.81
    sheet["C5"], sheet["J5"] = datetime(2026, 2, 3, 8, 15), datetime(2026, 2, 4)
    book.save(tmp_path / "aduan.xlsx")
    check_desk(store, take(store, tmp_path / "aduan.xlsx", "complaint-desk"))


EXPORTS = {
    "nyc311": (
        "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,"
        "Location Type,Incident Zip,Incident Address,Status,Due Date,Resolution Description,"
        "Resolution Action Updated Date,Borough,Open Data Channel Type,Latitude,Longitude",
        "1,03/01/2026 11:59:59 PM,03/02/2026 12:30:00 AM,DSNY,Sanitation,GARBAGE,Missed,Street,"
        "10001,1 MAIN ST,Closed,,Collected,03/02/2026 12:30:00 AM,QUEENS,ONLINE,-6.19,106.81",
        "2,2026-03-01T23:59:59.000,,DEP,DEP,ufo,,,,,In Progress,,,2026-03-02T00:30:00.000,,,,",
        datetime(2026, 3, 2, 4, 59, 59, tzinfo=UTC),
    ),
    "chicago311": (
        "SR_NUMBER,SR_TYPE,SR_SHORT_CODE,OWNER_DEPARTMENT,STATUS,ORIGIN,CREATED_DATE,"
        "LAST_MODIFIED_DATE,CLOSED_DATE,STREET_ADDRESS,ZIP_CODE,LATITUDE,LONGITUDE",
        "1,Garbage,SCB,Streets,Completed,Phone Call,03/01/2026 11:59:59 PM,"
        "03/02/2026 12:30:00 AM,03/02/2026 12:30:00 AM,1 MAIN ST,60601,-6.19,106.81",
        "2,Ufo,UFO,None,Open,Internet,03/01/2026 11:59:59 PM,,,,,,",
        datetime(2026, 3, 2, 5, 59, 59, tzinfo=UTC),
    ),
    "sanfrancisco311": (
        "CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,"
        "Request Type,Request Details,Address,Latitude,Longitude,Source,Media URL",
        "1,03/01/2026 11:59:59 PM,03/02/2026 12:30:00 AM,03/02/2026 12:30:00 AM,Closed,Done,DPW,"
        "Garbage,Missed bin,A bin,1 MAIN ST,-6.19,106.81,Mobile,https://m.example.org/1.jpg",
        "2,03/01/2026 11:59:59 PM,,03/01/2026 11:59:59 PM,Open,,DPW,Ufo,Ufo lights,,,,,Web,",
        datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC),
    ),
    "la311": (
        "SRNumber,CreatedDate,UpdatedDate,ActionTaken,Owner,RequestType,Status,RequestSource,"
        "ServiceDate,ClosedDate,Address,ZipCode,Latitude,Longitude",
        "1,03/01/2026 11:59:59 PM,03/02/2026 12:30:00 AM,SR Created,BOS,Garbage,Closed,Call,"
        "03/02/2026 12:00:00 AM,03/02/2026 12:30:00 AM,1 MAIN ST,90001,-6.19,106.81",
        "2,03/01/2026 11:59:59 PM,03/01/2026 11:59:59 PM,,BOS,Ufo,Pending,App,,,,,,",
        datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_other_cities(store: Store, tmp_path: Path, name: str) -> None:
    header, known, unknown, requested_at = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([header, known, unknown]), encoding="utf-8")
    report = take(store, path, name)
    assert (report.stored, report.refused, report.closed) == (1, 1, 1)
    assert "ufo" in rejected(report)[0]["reason"].casefold()
    assert "[values.service]" in rejected(report)[0]["reason"]
    row = stored(store)["1"]
    assert row["requested_at"] == requested_at
    assert (row["resolved_at"] - row["requested_at"]).total_seconds() == 1_801
    assert service_of(store, row) == "garbage"


def test_words_of_a_file_and_a_service_for_the_rest(store: Store, tmp_path: Path) -> None:
    header, known, unknown, _ = EXPORTS["chicago311"]
    path, words = tmp_path / "export.csv", tmp_path / "words.csv"
    rows = [header, known, unknown, unknown.replace("2,Ufo,UFO", "3,Comet,COM")]
    path.write_text("\n".join(rows), encoding="utf-8")
    words.write_text("word,service_code\n Ufo ,noise\n", encoding="utf-8")
    preset = adapt(
        load_preset("chicago311"),
        store.reference(),
        services=words,
        fallback_service="damaged-road",
        channel="app",
    )
    assert take(store, path, preset).stored == 3
    found = {key: service_of(store, row) for key, row in stored(store).items()}
    assert found == {"1": "garbage", "2": "noise", "3": "damaged-road"}
    channels = {row["channel_id"] for row in stored(store).values()}
    assert channels == {store.reference().channel_by_code["app"].id}


def test_words_for_services_are_checked(store: Store, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    for text, message in (
        ("Ufo,ufo\n", "the code of 'ufo', 'ufo', is not one of this city's 4 services"),
        ("Ufo\n", "row 1: it must hold a word and a service_code"),
    ):
        words.write_text(text, encoding="utf-8")
        with pytest.raises(PresetError, match=message):
            adapt(load_preset("nyc311"), store.reference(), services=words)
    with pytest.raises(PresetError, match="channel 'tv' is not one of app, counter, email"):
        adapt(load_preset("nyc311"), store.reference(), channel="tv")


def test_a_later_export_closes_what_was_open_and_a_dry_run_says_so(
    store: Store, tmp_path: Path
) -> None:
    header, known, *_ = EXPORTS["chicago311"]
    path = tmp_path / "export.csv"
    was_open = known.replace("Completed", "Open").replace(",03/02/2026 12:30:00 AM,1 M", ",,1 M")
    path.write_text("\n".join([header, was_open]), encoding="utf-8")
    assert take(store, path, "chicago311").closed == 0
    path.write_text("\n".join([header, known]), encoding="utf-8")
    planned = take(store, path, "chicago311", pretend=True)
    assert (planned.already_there, planned.updated, store.latest_seq()) == (1, 1, 1)
    assert take(store, path, "chicago311").updated == 1
    assert [kind for kind, *_ in events(store, "1")] == ["received", "resolved"]


def test_what_was_closed_and_is_open_again_later_is_reopened(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    request = {
        "service_request_id": "5",
        "service_code": "garbage",
        "status": "closed",
        "requested_datetime": "2026-03-01T08:00:00Z",
        "updated_datetime": "2026-03-01T09:00:00Z",
        "lat": -6.19,
        "long": 106.81,
    }
    for change in (
        {},
        {"status": "open", "updated_datetime": "2026-03-01T08:30:00Z"},  # an older copy
        {"status": "open", "updated_datetime": "2026-03-02T09:00:00Z"},
        {"status": "closed", "updated_datetime": "2026-03-03T09:00:00Z"},
    ):
        path.write_text(json.dumps([request | change]))
        take(store, path, "open311")
    kinds = [kind for kind, *_ in events(store, "5")]
    assert kinds == ["received", "resolved", "reopened", "resolved"]
