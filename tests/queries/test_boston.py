"""Boston's real requests: our numbers against lifelines and against the city's own."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import BigInteger, func, select, type_coerce

from data import schema
from data.boundaries.run import import_boundaries
from data.city import init_city, read_pack
from data.database import read
from data.imports.catalogue import slug
from data.imports.preset import load_preset
from data.imports.run import ImportReport, import_complaints
from data.store import Store, open_store
from queries.figures import figures
from queries.filters import ComplaintFilter
from queries.measures import duration_summary
from tests.conftest import CITIES, ROOT, real_file
from tests.queries import boston_oracle
from tests.queries.boston_oracle import Cohort

WHOLE = Cohort("2011-07-01", "2012-01-01", "2012-01-31T00:00:00-05:00")
EARLY, LATER = "2011-10-01T00:00:00-04:00", "2011-12-15T00:00:00-05:00"
COHORTS = [
    WHOLE,
    Cohort("2011-07-01", "2012-01-01", EARLY),
    Cohort("2011-07-01", "2012-01-01", LATER),
    Cohort("2011-07-01", "2012-01-01", "2011-07-03T09:30:00-04:00"),  # two days of data
    Cohort("2011-09-01", "2011-10-01", LATER),
    Cohort("2011-11-06", "2011-11-07", LATER),  # the day of 25 hours
    Cohort("2011-07-01", "2012-01-01", EARLY, ("Street Light Outages",)),
    Cohort("2011-08-01", "2011-12-01", WHOLE.as_of, ("Rodent Activity", "Sign Repair")),
]
QUANTILES = {
    "median": "median_seconds",
    "p90": "p90_seconds",
    "low": "median_low",
    "high": "median_high",
}


@dataclass(frozen=True)
class Boston:
    store: Store
    report: ImportReport
    requests: pd.DataFrame
    url: str


@pytest.fixture(scope="module")
def boston(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boston]:
    """The city with its real boundaries and requests, imported once."""
    requests = real_file("boston", boston_oracle.REQUESTS.name)
    shapes = real_file("boston", boston_oracle.NEIGHBOURHOODS.name)
    folder = tmp_path_factory.mktemp("boston")
    url = f"sqlite:///{folder / 'boston.db'}"
    store = open_store(url)
    init_city(store.engine, read_pack(CITIES / "boston"))
    import_boundaries(store, str(shapes), level="neighborhood", code="Neighborhood_ID", name="Name")
    report = _import(store, requests, folder)
    yield Boston(store, report, boston_oracle.read_requests(), url)
    store.engine.dispose()


def _import(store: Store, requests: Path, folder: Path, **options: Any) -> ImportReport:
    preset = load_preset("boston311")
    rejects = folder / "rejects.csv"
    return import_complaints(store, requests, preset, rejects=rejects, **options)


def as_filter(cohort: Cohort) -> ComplaintFilter:
    return ComplaintFilter(
        start=date.fromisoformat(cohort.start),
        end=date.fromisoformat(cohort.end),
        as_of=datetime.fromisoformat(cohort.as_of),
        services=tuple(slug(kind) for kind in cohort.types),
    )


def deviation(ours: "pd.Series[float]", exact: "pd.Series[float]") -> "pd.Series[float]":
    """Relative; 0 where both are infinite or both under a second, infinite where only one is."""
    ours = ours.astype(float).fillna(np.inf)
    same = (ours == exact) | ((ours < 1) & (exact < 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = (ours / exact - 1).abs().fillna(np.inf)
    return relative.where(~same, 0.0)


def test_every_request_is_taken_in(boston: Boston) -> None:
    report = boston.report
    assert (report.read, report.stored, report.refused) == (58_251, 58_251, 0)
    assert (report.already_there, report.without_coordinates, report.outside) == (0, 0, 15)
    assert report.closed == 54_570
    assert not any(report.added.values()), "the city pack lacks a word of the file"
    complaints = schema.complaints
    with read(boston.store.engine) as connection:
        events = connection.scalar(select(func.count()).select_from(schema.events))
        outside = connection.scalar(
            select(func.count()).where(
                complaints.c.district_id.is_(None), complaints.c.latitude.is_not(None)
            )
        )
    assert events == boston.store.latest_seq() == 58_251 + 54_570
    assert outside == 15
    assert figures(boston.store, ComplaintFilter()).outside == 15


def test_a_second_import_changes_nothing(boston: Boston, tmp_path: Path) -> None:
    seq = boston.store.latest_seq()
    report = _import(boston.store, boston_oracle.REQUESTS, tmp_path)
    assert (report.read, report.stored, report.already_there) == (58_251, 0, 58_251)
    assert boston.store.latest_seq() == seq
    assert report.rejects is None
    assert not (tmp_path / "rejects.csv").exists()


def stored(boston: Boston) -> pd.DataFrame:
    """What the database holds, by the city's own number, in the order of the file."""
    complaints = schema.complaints
    columns = ("requested_at", "resolved_at", "resolution_due_at")
    with read(boston.store.engine) as connection:
        rows = connection.execute(
            select(
                complaints.c.external_id,
                complaints.c.district_id,
                *(type_coerce(complaints.c[name], BigInteger).label(name) for name in columns),
            )
        ).all()
    frame = pd.DataFrame(rows).set_index("external_id").loc[boston.requests["id"]]
    for name in columns:
        frame[name] = pd.to_datetime(frame[name], unit="s", utc=True)
    return frame.reset_index()


def test_times_are_local_ones_of_boston(boston: Boston) -> None:
    ours, requests = stored(boston), boston.requests
    for column, raw in (
        ("requested_at", "opened"),
        ("resolved_at", "closed"),
        ("resolution_due_at", "due"),
    ):
        same = (ours[column] == requests[raw]) | (ours[column].isna() & requests[raw].isna())
        assert same.all(), requests[~same]
    assert ours["resolution_due_at"].max().year == 2060  # 2059-12-31 19:00 in Boston: absurd, kept
    assert boston.report.repeated_times == 4


def test_each_request_lies_in_its_neighbourhood(boston: Boston) -> None:
    districts = boston.store.reference().districts
    codes = stored(boston)["district_id"].map(lambda key: districts[key].code, "ignore")
    expected = boston.requests["district"]
    assert ((codes == expected) | (codes.isna() & expected.isna())).all()


def test_on_time_is_the_citys_own_flag(boston: Boston) -> None:
    ours, requests = stored(boston), boston.requests
    judged = requests["due"].notna() & requests["closed"].notna() & (requests["flag"] != "")
    assert judged.sum() == 43_664
    kept = ours["resolved_at"] <= ours["resolution_due_at"]
    assert (kept == (requests["flag"] == "ONTIME"))[judged].all()


@pytest.mark.parametrize("by", ["unit", "district"])
def test_on_time_totals_are_the_citys_own_flags(boston: Boston, by: str) -> None:
    requests = boston.requests
    as_of = "2020-01-01T00:00:00-05:00"  # all that will be closed is closed
    cohort = Cohort("2011-07-01", "2012-01-01", as_of)
    summary = duration_summary(
        boston.store, as_filter(cohort), by=by, measure="resolution", level=_level(by)
    )
    judged = requests["due"].notna() & requests["closed"].notna() & (requests["flag"] != "")
    judged &= requests["due"] <= pd.Timestamp(as_of)
    flagged = requests[judged & (requests["flag"] == "ONTIME")].groupby(by).size()
    assert summary["on_time"].to_dict() == flagged.reindex(summary.index, fill_value=0).to_dict()
    kept = boston_oracle.on_time(requests, cohort, by).reindex(summary.index, fill_value=0)
    for column in ("due", "on_time", "not_due"):
        assert (summary[column] == kept[column]).all()


def _level(by: str) -> str | None:
    return "neighborhood" if by == "district" else None


@pytest.mark.parametrize("cohort", COHORTS, ids=lambda c: f"{c.start}-{c.as_of[:10]}-{c.types}")
def test_durations_are_those_of_lifelines(boston: Boston, cohort: Cohort) -> None:
    """For both clocks: in this city the closing is the only act, so it is the first as well."""
    for by in ("district", "unit", *(["type"] if cohort is WHOLE else [])):
        exact = boston_oracle.durations(boston.requests, cohort, by)
        if by == "type":
            exact.index = pd.Index([slug(kind) for kind in exact.index])
        for measure in ("response", "resolution"):
            ours = duration_summary(
                boston.store,
                as_filter(cohort),
                by="service" if by == "type" else by,
                measure=measure,
                level=_level(by),
            )
            assert sorted(ours.index) == sorted(exact.index)
            ours = ours.loc[exact.index]
            assert (ours["n"] == exact["n"]).all()
            assert (ours["events"] == exact["events"]).all()
            for name, column in QUANTILES.items():
                off = deviation(ours[column], exact[name])
                worst = off.idxmax()
                assert off.max() <= 0.01, (by, measure, name, worst, exact.loc[worst])


def test_the_command_prints_the_same(boston: Boston) -> None:
    by = "district"
    output = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "stats", "response-times"]
        + ["--by", by, "--level", "neighborhood", "--measure", "resolution", "--start", WHOLE.start]
        + ["--end", WHOLE.end, "--as-of", WHOLE.as_of, "--format", "csv"],
        cwd=ROOT,
        env={**os.environ, "PANTAU_DATABASE_URL": boston.url, "PANTAU_DEMO": "0"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    table = pd.read_csv(io.StringIO(output), dtype={"key": str}).set_index("key")
    exact = boston_oracle.durations(boston.requests, WHOLE, by)
    kept = boston_oracle.on_time(boston.requests, WHOLE, by).reindex(exact.index, fill_value=0)
    assert sorted(table.index) == sorted(exact.index)
    table = table.loc[exact.index]
    assert (table["n"] == exact["n"]).all()
    assert (table["censored"] == exact["n"] - exact["events"]).all()
    assert (table["due"] == kept["due"]).all()
    assert (table["on_time"] == kept["on_time"]).all()
    for column, name in (
        ("median_hours", "median"),
        ("p90_hours", "p90"),
        ("median_low", "low"),
        ("median_high", "high"),
    ):
        assert deviation(table[column] * 3600, exact[name]).max() <= 0.01
