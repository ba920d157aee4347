"""Boston's real departments, July to December 2011, month by month."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from bench.boston import make_boston, make_sample
from data.store import Store
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Evaluation
from tests.conftest import ROOT, real_file
from tests.queries import boston_oracle
from tests.queries.boston_oracle import Cohort

SEEN_AT = "2012-01-31T00:00:00-05:00"
MONTHS = [f"2011-{month:02}" for month in range(7, 13)]
WHOLE = "2011-07..2011-12"


@pytest.fixture(scope="module")
def boston(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    requests = real_file("boston", boston_oracle.REQUESTS.name)
    store = make_boston(tmp_path_factory.mktemp("boston"), requests)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def months(boston: Store) -> dict[str, Evaluation]:
    seen_at = datetime.fromisoformat(SEEN_AT)
    return {month: evaluate(boston, month, seen_at=seen_at) for month in [*MONTHS, WHOLE]}


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    real_file("boston", boston_oracle.REQUESTS.name)
    return boston_oracle.read_requests()


def cohort(month: str) -> Cohort:
    first, _, last = month.partition("..")
    return Cohort(f"{first}-01", str((pd.Period(last or first) + 1).start_time.date()), SEEN_AT)


@pytest.mark.parametrize("month", [*MONTHS, WHOLE])
def test_departments_are_measured_as_by_lifelines(
    months: dict[str, Evaluation], requests: pd.DataFrame, month: str
) -> None:
    found = months[month]
    exact = boston_oracle.durations(requests, cohort(month), "unit")
    kept = boston_oracle.on_time(requests, cohort(month), "unit")
    assert [unit.code for unit in found.units] == sorted(exact.index)
    assert len(found.units) >= (11 if month == WHOLE else 8)
    for unit in found.units:
        median, row = unit.components["median_response"], exact.loc[unit.code]
        assert unit.n == row["n"]
        for name, value in (("median", median.value), ("low", median.low), ("high", median.high)):
            given = np.inf if value is None else value
            assert given == pytest.approx(row[name], abs=1), (unit.code, name)
        due = kept.reindex([unit.code], fill_value=0).iloc[0]
        assert unit.on_time_share.n == due["due"]
        assert unit.on_time_share.n == 0 or unit.on_time_share.value == pytest.approx(
            due["on_time"] / due["due"], abs=1e-6
        )
    comparable = {u.code for u in found.units if u.n >= 24 and u.comparable_share >= 0.5}
    ranked = {unit.code for unit in found.units if unit.is_ranked}
    assert ranked == (comparable if len(comparable) > 1 else set())


def test_the_sample_of_the_readme_is_made_again_byte_for_byte(boston: Store) -> None:
    """From the same requests, in this environment: what readers are shown is what comes out."""
    made = make_sample(boston)
    assert sorted(made) == ["boston-2011.csv", "boston-2011.pdf"]
    for name, content in made.items():
        kept = (ROOT / "docs" / "samples" / name).read_bytes()
        assert content == kept, f"{name} differs; `python -m bench.boston --out docs/samples`"
    assert "docs/samples/boston-2011.pdf" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_is_said_of_them_holds_together(months: dict[str, Evaluation]) -> None:
    for month, found in months.items():
        ranked = [unit for unit in found.units if unit.is_ranked]
        assert found.maturity.received == found.counts["complaints"] > 5_000, month
        assert found.counts["complaints_of_no_unit"] == 0
        for unit in ranked:
            assert unit.rank is not None
            assert 1 <= unit.rank[0] <= unit.rank[1] <= len(ranked)
        observed = sum(unit.on_time_share.n for unit in found.units)
        assert observed == found.city_figures["on_time_share"].n
        points = {point.code: point for point in found.funnel.points}
        assert set(points) <= {unit.code for unit in ranked}
        assert all(
            unit.differs in (None, points[unit.code].differs)
            for unit in ranked
            if unit.code in points
        )
        # Departments whose services hardly anybody else handles have none to be compared with.
        alone = {unit.code for unit in found.units if unit.differs == "no_other"}
        assert alone and not alone & points.keys()
