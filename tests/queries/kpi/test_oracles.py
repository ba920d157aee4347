"""The KPIs of a demo city and of Boston's real requests, against lifelines, scipy and statsmodels.

What the oracles are given comes from the event log, or from Boston's own file.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from bench.boston import make_boston
from data.city import init_city, read_pack
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.store import Store, open_store
from queries.filters import ComplaintFilter
from queries.kpi.officers import unit_results
from queries.kpi.response import response_kpi
from queries.kpi.satisfaction import satisfaction_kpi
from queries.kpi.services import TIMES, promises_by_service, survival_by_service
from queries.measured import Measured
from tests.conftest import ROOT, real_file
from tests.queries import boston_oracle
from tests.queries.boston_oracle import Cohort
from tests.queries.kpi.conftest import lives_until, scope_of
from tests.queries.kpi.test_response import RESPONSES
from tests.queries.lifelines_oracle import quantile

JAKARTA = ZoneInfo("Asia/Jakarta")
DEMO_END = datetime(2026, 9, 30, 5, tzinfo=UTC)
DEMO = ComplaintFilter(
    start=date(2026, 7, 1), end=date(2026, 9, 20), as_of=DEMO_END - timedelta(days=6)
)
BOSTON_SEEN = "2012-01-31T00:00:00-05:00"
BOSTON = ComplaintFilter(
    start=date(2011, 7, 1), end=date(2012, 1, 1), as_of=datetime.fromisoformat(BOSTON_SEEN)
)
_JAKARTA = ROOT / "data" / "cities" / "jakarta"
QUANTILES = (("response_median", 0.5), ("response_p90", 0.1))
WITHIN = (("response_within_24_hours", 86_400), ("response_within_7_days", 604_800))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'city.db'}")
    init_city(store.engine, read_pack(_JAKARTA))
    character = read_character(_JAKARTA, store.reference())
    fill_city(store, character, complaints=3_000, seed=5, end=DEMO_END, months=4)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def boston(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    requests = real_file("boston", boston_oracle.REQUESTS.name)
    store = make_boston(tmp_path_factory.mktemp("boston"), requests)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def requests(boston: Store) -> pd.DataFrame:
    return boston_oracle.select(
        boston_oracle.read_requests(), Cohort("2011-07-01", "2012-01-01", BOSTON_SEEN)
    )


def check_response(found: dict[str, Measured], fit: KaplanMeierFitter, rel: float) -> None:
    """Quantiles with their bounds, and shares as 1 - S(t) with theirs, censored ones within."""
    bands = fit.confidence_interval_
    for code, share in QUANTILES:
        one = found[code]
        for mine, theirs in zip((one.value, one.low, one.high), quantile(fit, share), strict=True):
            assert mine == (None if np.isinf(theirs) else pytest.approx(theirs, rel=rel)), code
    for code, seconds in WITHIN:
        one = found[code]
        lower, upper = (float(bound) for bound in bands[bands.index <= seconds].iloc[-1])
        assert one.value == pytest.approx(1 - float(fit.predict(seconds)), abs=rel / 10)
        assert one.low == pytest.approx(1 - upper, abs=rel / 10)
        assert one.high == pytest.approx(1 - lower, abs=rel / 10)


def demo_clocks(store: Store) -> pd.DataFrame:
    seen = DEMO.as_of
    assert seen is not None and DEMO.start is not None and DEMO.end is not None
    services = store.reference().services
    rows = []
    for life in lives_until(store, seen):
        day = life.row.requested_at.astimezone(JAKARTA).date()
        if not DEMO.start <= day < DEMO.end:
            continue
        stop = life.first(*RESPONSES)
        end = stop or life.first("rejected") or seen
        seconds = (end - life.row.requested_at).total_seconds()
        rows.append((services[life.row.service_id].service_code, seconds, stop is not None))
    return pd.DataFrame(rows, columns=["service", "seconds", "stopped"])


def fit_of(rows: pd.DataFrame) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit(rows["seconds"], rows["stopped"])


def figures(store: Store, wanted: ComplaintFilter) -> dict[str, Measured]:
    kpi = response_kpi(store, wanted, scope_of(store, wanted))
    return {one.code: one.now for one in kpi.indicators}


def test_demo_response_is_that_of_lifelines(demo: Store) -> None:
    rows = demo_clocks(demo)
    assert not rows["stopped"].all() and len(rows) > 1_000
    check_response(figures(demo, DEMO), fit_of(rows), rel=0.01)
    for service in rows["service"].value_counts().index[:3]:
        mine = rows[rows["service"] == service]
        check_response(figures(demo, DEMO.replace(services=(service,))), fit_of(mine), rel=0.02)


def check_curves(store: Store, wanted: ComplaintFilter, fits: dict[str, KaplanMeierFitter]) -> int:
    """Waiting and its band at every time drawn; how many points were compared."""
    compared = 0
    for curve in survival_by_service(store, wanted, scope_of(store, wanted), "en"):
        fit = fits.get(curve.code)
        if fit is None:
            continue
        bands = fit.confidence_interval_
        for place, seconds in enumerate(TIMES):
            value = curve.waiting[place]
            if value is None or not 0 < value < 1:
                continue
            lower, upper = (float(bound) for bound in bands[bands.index <= seconds].iloc[-1])
            assert value == pytest.approx(float(fit.predict(seconds)), abs=0.003)
            assert curve.low[place] == pytest.approx(lower, abs=0.003)
            assert curve.high[place] == pytest.approx(upper, abs=0.003)
            compared += 1
    return compared


def test_demo_curves_and_bands_are_those_of_lifelines(demo: Store) -> None:
    rows = demo_clocks(demo)
    fits = {code: fit_of(mine) for code, mine in rows.groupby("service") if len(mine) > 60}
    assert check_curves(demo, DEMO, {"all": fit_of(rows), **fits}) > 100


def test_demo_shares_are_those_of_statsmodels(demo: Store) -> None:
    kpi = satisfaction_kpi(demo, DEMO, scope_of(demo, DEMO))
    shares = [one.now for one in kpi.indicators if one.unit == "share"]
    promises = promises_by_service(demo, DEMO, scope_of(demo, DEMO), "en")
    shares += [promises.all, *(row.on_time for row in promises.rows if row.on_time.n)]
    assert len(shares) > 10
    for one in shares:
        assert one.value is not None
        low, high = proportion_confint(round(one.value * one.n), one.n, method="wilson")
        assert (one.low, one.high) == (pytest.approx(low), pytest.approx(high))


def check_units(store: Store, wanted: ComplaintFilter) -> int:
    found = unit_results(store, wanted, scope_of(store, wanted))
    for one in found:
        if one.expected:
            low = chi2.ppf(0.025, 2 * one.observed) / 2 if one.observed else 0.0
            high = chi2.ppf(0.975, 2 * one.observed + 2) / 2
            assert one.ratio.value == pytest.approx(one.observed / one.expected, abs=2e-6)
            assert one.ratio.low == pytest.approx(low / one.expected, abs=2e-6)
            assert one.ratio.high == pytest.approx(high / one.expected, abs=2e-6)
    return len(found)


def test_demo_ratios_have_the_limits_of_scipy(demo: Store) -> None:
    assert check_units(demo, DEMO) > 50


def test_bostons_response_is_that_of_lifelines(boston: Store, requests: pd.DataFrame) -> None:
    check_response(figures(boston, BOSTON), fit_of(requests), rel=1e-6)
    compared = 0
    for department, mine in requests.groupby("unit"):
        if len(mine) < 200:
            continue
        wanted = BOSTON.replace(units=(str(department),))
        check_response(figures(boston, wanted), fit_of(mine), rel=1e-6)
        compared += 1
    assert compared >= 3


def test_bostons_curves_and_bands_are_those_of_lifelines(
    boston: Store, requests: pd.DataFrame
) -> None:
    by_name = {
        service.names["en"]: service.service_code
        for service in boston.reference().services.values()
    }
    fits = {
        by_name[str(kind)]: fit_of(mine)
        for kind, mine in requests.groupby("type")
        if str(kind) in by_name
    }
    assert check_curves(boston, BOSTON, {"all": fit_of(requests), **fits}) > 60


def test_bostons_units_are_judged_by_the_citys_rates(boston: Store, requests: pd.DataFrame) -> None:
    """Observed and expected of each department, from Boston's own deadlines."""
    seen = pd.Timestamp(BOSTON_SEEN).tz_convert("UTC")
    due = requests[requests["due"] <= seen]
    due = due.assign(kept=due["closed"] <= due["due"])
    rates = due.groupby("type")["kept"].transform("mean")
    expected = rates.groupby(due["unit"]).sum()
    kept, n = due.groupby("unit")["kept"].sum(), due.groupby("unit").size()
    found = unit_results(boston, BOSTON, scope_of(boston, BOSTON))
    assert {one.unit.code for one in found} == set(n.index)
    for one in found:
        code = one.unit.code
        assert (one.due, one.observed) == (n[code], kept[code])
        assert one.expected == pytest.approx(expected[code], abs=1e-3 + 1e-6 * one.due)
    assert check_units(boston, BOSTON) >= 3
