"""The demo city is believable, the same for the same seed, and one the write path accepts."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import BigInteger, select, text, type_coerce

from data import schema
from data.city import init_city, put_geometries, read_pack, touch_reference
from data.complaints import NewComplaint, receive
from data.database import read, write
from data.demo.character import read_character
from data.demo.fill import AlreadyFilled, Filled, Plan, fill_city, unfinished_fill
from data.instants import Instant, from_epoch, to_epoch
from data.reference import Reference
from data.store import Store, open_store
from data.vocabulary import Status
from tests.conftest import CITIES, ROOT

JAKARTA = ROOT / "data" / "cities" / "jakarta"
END = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
COUNT = 14_000
MONTHS = 18.0


@dataclass
class City:
    """A filled city, and its rows: instants in epoch seconds."""

    store: Store
    reference: Reference
    filled: Filled
    complaints: pd.DataFrame
    events: pd.DataFrame
    details: pd.DataFrame
    usage: pd.DataFrame


def fill(store: Store, folder: Path | None, *, complaints: int, seed: int = 1) -> Filled:
    character = read_character(folder, store.reference())
    return fill_city(store, character, complaints=complaints, seed=seed, end=END, months=MONTHS)


def rows_of(store: Store, name: str) -> pd.DataFrame:
    table = schema.metadata.tables[name]
    columns = [
        type_coerce(column, BigInteger).label(column.name)
        if isinstance(column.type, Instant)
        else column
        for column in table.c
    ]
    with read(store.engine) as connection:
        return pd.DataFrame(connection.execute(select(*columns).order_by(*table.primary_key)))


@pytest.fixture(scope="module")
def city(jakarta_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    path = tmp_path_factory.mktemp("demo") / "city.db"
    shutil.copy(jakarta_template, path)
    store = open_store(f"sqlite:///{path}")
    filled = fill(store, JAKARTA, complaints=COUNT)
    complaints = rows_of(store, "complaints")
    complaints["age_days"] = (END.timestamp() - complaints["requested_at"]) / 86_400
    complaints["is_open"] = complaints["status"] < Status.RESOLVED
    yield City(
        store,
        store.reference(),
        filled,
        complaints,
        rows_of(store, "events"),
        rows_of(store, "complaint_details"),
        rows_of(store, "app_usage"),
    )
    store.engine.dispose()


def service_rows(city: City, *codes: str) -> pd.DataFrame:
    ids = [city.reference.service_by_code[code].id for code in codes]
    return city.complaints[city.complaints["service_id"].isin(ids)]


def hours_to(rows: pd.DataFrame, column: str) -> pd.Series:
    return (rows[column] - rows["requested_at"]) / 3600


def test_the_write_path_refuses_nothing(city: City) -> None:
    assert city.filled == Filled(COUNT, 0, [])
    assert len(city.complaints) == COUNT
    assert city.reference.city.demo


def test_nothing_happens_outside_the_period(city: City) -> None:
    start = END - timedelta(days=MONTHS * 30.4375)
    assert city.events["at"].max() <= END.timestamp()
    assert city.complaints["requested_at"].min() >= start.timestamp() - 1
    # The year and a half is full to its last hours.
    assert city.complaints["age_days"].min() < 0.2
    assert city.complaints["age_days"].max() > MONTHS * 30 - 2


def test_events_of_a_complaint_never_share_an_instant_with_its_receipt(city: City) -> None:
    received = city.events[city.events["kind"] == "received"].set_index("complaint_id")["at"]
    later = city.events[city.events["kind"] != "received"]
    assert (later["at"] > later["complaint_id"].map(received)).all()


@pytest.mark.parametrize(
    ("code", "percent"),
    [
        ("garbage", 18.0),
        ("violations", 15.9),
        ("illegal-parking", 12.9),
        ("public-facilities", 10.0),
        ("congestion", 7.1),
        ("damaged-road", 6.3),
        ("unlicensed-advertising", 6.2),
        ("street-light", 5.8),
        ("street-vendors", 5.6),
        ("fallen-tree", 2.7),
    ],
)
def test_services_have_their_published_shares(city: City, code: str, percent: float) -> None:
    share = 100 * len(service_rows(city, code)) / COUNT
    assert share == pytest.approx(percent, abs=1.2)


def test_one_app_dominates_the_channels(city: City) -> None:
    shares = city.complaints["channel_id"].value_counts(normalize=True)
    jaki = city.reference.channel_by_code["jaki"].id
    assert 0.74 < shares[jaki] < 0.81
    assert len(shares) == 14


def test_some_complaints_have_no_point_and_a_few_no_place(city: City) -> None:
    no_point = city.complaints["latitude"].isna()
    no_place = city.complaints["district_id"].isna()
    assert 0.05 < (no_point & ~no_place).mean() < 0.07
    assert 0.006 < no_place.mean() < 0.014
    assert no_point[no_place].all()


def test_kelurahan_differ_tenfold_in_volume(city: City) -> None:
    volumes = city.complaints["district_id"].value_counts()
    low, high = volumes.quantile([0.05, 0.95])
    assert high > 10 * low


def test_complaints_gather_at_hot_spots(city: City) -> None:
    cells = city.complaints.dropna(subset="x").value_counts(["x", "y"])
    assert cells.max() >= 12  # thrown evenly, no cell of 38 m would have more than a few
    assert cells[cells == 1].sum() > 0.2 * COUNT


def test_several_people_report_one_thing(city: City) -> None:
    complaints = city.complaints
    repeats = complaints[complaints["is_repeat"] == 1]
    assert 0.015 < len(repeats) / len(complaints) < 0.06
    flood = city.reference.service_by_code["flood"].id
    floods = complaints[complaints["service_id"] == flood]
    assert floods["is_repeat"].mean() > 2 * complaints["is_repeat"].mean()
    firsts = complaints.set_index("id").loc[repeats["duplicate_of"]]
    assert firsts["is_repeat"].sum() == 0
    assert (firsts["service_id"].to_numpy() == repeats["service_id"].to_numpy()).all()
    assert repeats["duplicate_of"].value_counts().max() >= 3


def test_days_have_their_rhythm(city: City) -> None:
    local_hour = (city.complaints["requested_at"] + 7 * 3600) // 3600 % 24
    by_hour = local_hour.value_counts()
    assert by_hour[[8, 9, 10]].min() > 4 * by_hour[[2, 3, 4]].max()
    weekday = (city.complaints["day"] + 3) % 7
    assert (weekday < 5).sum() / 5 > 1.08 * (weekday >= 5).sum() / 2


def test_floods_come_in_the_rainy_season_in_bursts_and_on_low_ground(city: City) -> None:
    floods = service_rows(city, "flood")
    month = pd.to_datetime(floods["requested_at"], unit="s").dt.month
    assert month.isin([11, 12, 1, 2, 3]).mean() > 0.75
    by_day = floods["day"].value_counts()
    assert by_day.head(15).sum() > 0.28 * len(floods)
    mainland = city.complaints[city.complaints["latitude"] < -6.05]
    north = mainland["latitude"] > -6.14
    wet = floods[floods["latitude"] < -6.05]["latitude"] > -6.14
    # The Ciliwung takes floods inland too, so the coast has more than its share, not all of it.
    assert wet.mean() > 1.15 * north.mean()


def test_garbage_is_answered_in_hours_and_roads_are_mended_in_weeks(city: City) -> None:
    assert 2 <= hours_to(service_rows(city, "garbage"), "responded_at").median() <= 3
    assert 7 * 24 < hours_to(service_rows(city, "damaged-road"), "resolved_at").median() < 21 * 24


def test_deadlines_are_met_to_a_believable_share(city: City) -> None:
    due = city.complaints[city.complaints["resolution_due_at"] <= END.timestamp()]
    on_time = due["resolved_at"] <= due["resolution_due_at"]
    assert 0.6 < on_time.mean() < 0.9
    common = due["service_id"].value_counts().index[:9]
    by_service = on_time.groupby(due["service_id"]).mean()
    assert by_service[common].between(0.55, 0.95).all()


def test_the_open_share_falls_with_age_to_a_small_backlog(city: City) -> None:
    ages = pd.cut(city.complaints["age_days"], [-1, 7, 14, 30, 90, 600])
    shares = city.complaints.groupby(ages, observed=True)["is_open"].mean().tolist()
    assert shares[0] > 0.15
    assert shares[0] > shares[1] > shares[2] > shares[3]
    assert 0.004 < shares[4] < 0.03


def test_lives_have_their_turns(city: City) -> None:
    def share(kind: str) -> float:
        return city.events[city.events["kind"] == kind]["complaint_id"].nunique() / COUNT

    assert share("rejected") == pytest.approx(0.03, abs=0.01)
    assert share("sent_back") == pytest.approx(0.05, abs=0.015)
    assert share("reopened") == pytest.approx(0.03, abs=0.01)
    assert share("transferred") == pytest.approx(0.08, abs=0.02)
    resolved = city.events[city.events["kind"] == "resolved"]["complaint_id"].nunique()
    assert city.complaints["rating"].notna().sum() / resolved == pytest.approx(1 / 3, abs=0.04)
    handed = city.events[city.events["kind"] == "transferred"]["complaint_id"].value_counts()
    assert (handed > 1).sum() > 50


def test_some_offices_are_quick_some_slow_and_some_only_for_show(city: City) -> None:
    office = {u.id for u in city.reference.units.values() if u.kind == "district_office"}
    rows = city.complaints[city.complaints["unit_id"].isin(office)].assign(
        answer=lambda frame: hours_to(frame, "responded_at"),
        again=lambda frame: frame["id"].isin(
            city.events[city.events["kind"] == "reopened"]["complaint_id"]
        ),
    )
    units = rows.groupby("unit_id").agg(
        n=("id", "size"),
        answer=("answer", "median"),
        stars=("rating", "mean"),
        again=("again", "mean"),
    )
    units = units[units["n"] >= 15]
    show = units[units["answer"] < 0.12]
    honest = units.drop(show.index)
    assert len(show) >= 4
    assert show["stars"].mean() < 2.4 < 3.4 < honest["stars"].mean()
    assert show["again"].mean() > 5 * honest["again"].mean()
    assert honest["answer"].quantile(0.95) > 6 * honest["answer"].quantile(0.05)


def test_people_are_invented_and_few_report_often(city: City) -> None:
    accounts = city.details["account_id"].value_counts()
    assert 0.15 < len(accounts) / COUNT < 0.5
    assert accounts.iloc[: len(accounts) // 100].sum() > 0.1 * accounts.sum()
    assert city.details["email"].dropna().str.endswith("@example.org").all()
    assert city.details["phone"].dropna().str.match(r"0000-\d{4}-\d{4}$").all()
    assert city.details["description"].nunique() > COUNT / 4


def test_half_a_million_are_registered_and_four_thousand_active(city: City) -> None:
    by_day = city.usage.groupby("date")[["registered_users", "active_users"]].sum()
    assert by_day["registered_users"].is_monotonic_increasing
    assert by_day["registered_users"].iloc[-1] == pytest.approx(500_000, rel=0.001)
    assert by_day["active_users"].iloc[1:-1].mean() == pytest.approx(4_000, rel=0.05)


def content_hash(store: Store) -> str:
    """Every row of every table that the fill writes, tokens and recording time apart."""
    digest = hashlib.sha256()
    for name in ("complaints", "complaint_details", "events", "spells", "app_usage"):
        frame = rows_of(store, name).drop(columns=["token", "recorded_at"], errors="ignore")
        digest.update(frame.to_csv().encode())
    return digest.hexdigest()


def copy_of(template: Path, folder: Path, name: str) -> Store:
    shutil.copy(template, folder / name)
    return open_store(f"sqlite:///{folder / name}")


def test_the_same_seed_makes_the_same_city(jakarta_template: Path, tmp_path: Path) -> None:
    hashes = []
    for name, seed in (("one.db", 7), ("two.db", 7), ("other.db", 8)):
        store = copy_of(jakarta_template, tmp_path, name)
        fill(store, JAKARTA, complaints=600, seed=seed)
        hashes.append(content_hash(store))
        store.engine.dispose()
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_filled_city_is_filled_again_only_on_purpose(store: Store) -> None:
    fill(store, None, complaints=50)
    with pytest.raises(AlreadyFilled, match="50 complaints of a demo already"):
        fill(store, None, complaints=50)
    character = read_character(None, store.reference())
    again = fill_city(
        store, character, complaints=60, seed=2, end=END, months=MONTHS, among_others=True
    )
    assert again == Filled(60, 0, [])
    with read(store.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM complaints")) == 110


def test_an_interrupted_fill_is_completed_as_it_began(store: Store) -> None:
    def interrupt(_size: int) -> None:
        raise KeyboardInterrupt

    character = read_character(None, store.reference())
    plan = {"complaints": 4_000, "seed": 4, "end": END, "months": MONTHS}
    with pytest.raises(KeyboardInterrupt):
        fill_city(store, character, **plan, on_batch=interrupt)
    kept = unfinished_fill(store)
    assert kept == Plan(4_000, 4, to_epoch(END), MONTHS)
    with pytest.raises(AlreadyFilled):
        fill_city(store, character, **{**plan, "seed": 5})
    completed = fill_city(store, character, **plan)
    assert completed.complaints + completed.skipped == 4_000
    assert completed.skipped > 0 and unfinished_fill(store) is None


def test_invented_complaints_never_mix_with_real_ones(store: Store) -> None:
    receive(store, NewComplaint(service_code="garbage", channel_code="app", district_code="10.1"))
    character = read_character(None, store.reference())
    for among_others in (False, True):
        with pytest.raises(AlreadyFilled, match="not a demo's"):
            fill_city(
                store,
                character,
                complaints=10,
                seed=1,
                end=END,
                months=MONTHS,
                among_others=among_others,
            )
    assert not store.reference().city.demo


def test_any_database_takes_the_demo(any_store: Store) -> None:
    assert fill(any_store, None, complaints=300).refused == []
    complaints, usage = rows_of(any_store, "complaints"), rows_of(any_store, "app_usage")
    assert len(complaints) == 300
    assert len(usage) > 500


@pytest.mark.parametrize("with_boundaries", [False, True])
def test_a_city_without_population_or_centers_has_a_demo_too(
    tmp_path: Path, with_boundaries: bool
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'boston.db'}")
    init_city(store.engine, read_pack(CITIES / "boston"))
    if with_boundaries:
        leaves = store.reference().at_level(0)
        shapes = {
            d.code: shapely.box(-71.1 + 0.01 * i, 42.3, -71.09 + 0.01 * i, 42.31)
            for i, d in enumerate(leaves)
        }
        with write(store.engine) as connection:
            put_geometries(connection, shapes, {d.code: d.id for d in leaves})
            touch_reference(connection)
        store.forget()
    filled = fill(store, CITIES / "boston", complaints=800)
    assert filled == Filled(800, 0, [])
    complaints = rows_of(store, "complaints")
    assert complaints["latitude"].notna().mean() == pytest.approx(0.93 * with_boundaries, abs=0.03)
    assert complaints["district_id"].nunique() > 10
    local = from_epoch(int(complaints["requested_at"].iloc[0])).astimezone(
        store.reference().city.time_zone
    )
    assert np.isclose(complaints["day"].iloc[0], (local.date() - datetime(1970, 1, 1).date()).days)
    store.engine.dispose()
