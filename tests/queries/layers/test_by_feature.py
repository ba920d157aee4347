"""Counts, times and promises by feature: in memory, in the database, and complaint by complaint."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import shapely
from lifelines import KaplanMeierFitter

from data.bulk import record_histories
from data.layers.catalogue import publish, replace
from data.layers.model import About, FeatureTable, Field
from data.store import Store
from data.vocabulary import Outcome
from queries.columns import current_facts
from queries.counts import count_by
from queries.counts_sql import count_in_database
from queries.districts import district_values
from queries.exact import clock_rows
from queries.filters import ComplaintFilter, FilterError
from queries.layers.by_feature import FEATURE_MEASURES, feature_values
from queries.layers.features import forget_layers
from queries.layers.plane import plane_of
from queries.measures import MIN_RANKED, duration_summary
from queries.values import poisson_interval
from tests.queries.lifelines_oracle import quantile
from tests.queries.random_city import BEGIN, make_histories

EVER = ComplaintFilter()
PAST = ComplaintFilter(as_of=BEGIN + timedelta(days=400))
FLOOD = [
    shapely.box(106.80, -6.21, 106.82, -6.19),
    shapely.box(106.81, -6.22, 106.83, -6.195),  # over part of the first
    shapely.box(106.9, -6.4, 106.91, -6.39),  # where nothing happens
]
PUMPS = [
    shapely.Point(106.815, -6.195),
    shapely.Point(106.815, -6.195),
    shapely.Point(106.83, -6.2),
]
AXES = [
    ["feature:flood"],
    ["feature:flood", "status"],
    ["feature:pumps"],
    ["feature:pumps:1500", "response_outcome", "response_bin"],
    ["feature:flood", "feature:pumps", "service_id"],
    ["feature:flood", "feature:quarters"],
]


def put(store: Store, code: str, shapes: list[object], **columns: list[object]) -> None:
    table = FeatureTable(
        shapes=np.array(shapes, object),
        columns=dict(columns),
        fields=tuple(Field(name, "text") for name in columns),
    )
    publish(store, code, About(names={"en": code}), table, file_name=code)
    forget_layers(store)


@pytest.fixture
def city(any_store: Store) -> Store:
    record_histories(any_store, make_histories(5, 400))
    put(any_store, "flood", FLOOD, depth=["1", "2", "3"], nama=["Kampung", None, "Jauh"])
    put(any_store, "pumps", PUMPS)
    quarters = [shapely.box(106.79, -6.3, x, -6.1) for x in (106.81, 106.82, 106.83)]
    put(any_store, "quarters", quarters)
    return any_store


def pairs(store: Store, code: str, metres: float | None = None) -> list[list[int]]:
    """The features of each complaint of the facts, by shapely alone."""
    shapes = {"flood": FLOOD, "pumps": PUMPS}[code]
    columns, plane = current_facts(store).columns, plane_of(store)
    moved = plane.shapes_to_metres(np.array(shapes, object))
    found: list[list[int]] = []
    for latitude, longitude in zip(columns["latitude"], columns["longitude"], strict=True):
        if np.isnan(latitude):
            found.append([])
            continue
        x, y = plane.to_metres([longitude], [latitude])
        far = shapely.distance(shapely.points(x[0], y[0]), moved)
        if metres is None:
            found.append(np.flatnonzero(far == 0).tolist())
        else:
            found.append([int(np.argmin(far))] if far.min() <= metres else [])
    return found


def by_hand(store: Store, of: list[list[int]]) -> dict[int, int]:
    return pd.Series([number for one in of for number in one or [-1]]).value_counts().to_dict()


def counted(frame: pd.DataFrame, axis: str) -> dict[int, int]:
    return dict(zip(frame[axis].fillna(-1).astype(int), frame["n"], strict=True))


@pytest.mark.parametrize("seen", [EVER, PAST], ids=["now", "as_of"])
def test_complaints_are_counted_by_feature(city: Store, seen: ComplaintFilter) -> None:
    flood = by_hand(city, pairs(city, "flood"))
    assert flood[0] and flood[1] and 2 not in flood
    assert sum(flood.values()) > len(current_facts(city))  # some are in two
    assert counted(count_by(city, ["feature:flood"], seen), "feature:flood") == flood
    for metres, axis in ((500.0, "feature:pumps"), (1500.0, "feature:pumps:1500")):
        pumps = by_hand(city, pairs(city, "pumps", metres))
        assert pumps[0] and 1 not in pumps  # the lower of two at one place
        assert counted(count_by(city, [axis], seen), axis) == pumps


@pytest.mark.parametrize("axes", AXES, ids=" ".join)
@pytest.mark.parametrize("query", ["", "service=flood&near=pumps:900"])
def test_memory_and_database_count_alike(city: Store, axes: list[str], query: str) -> None:
    wanted = ComplaintFilter.from_query(query)
    memory = count_by(city, axes, wanted)
    database = count_in_database(city, axes, wanted, "complaints")
    assert len(memory)
    pd.testing.assert_frame_equal(
        memory.sort_values(axes, ignore_index=True), database.sort_values(axes, ignore_index=True)
    )


def test_spells_are_counted_by_feature(city: Store) -> None:
    axis = "feature:flood"
    spells = counted(
        count_by(city, [axis, "unit_id"], EVER, facts="spells")
        .groupby(axis, dropna=False)["n"]
        .sum()
        .reset_index(),
        axis,
    )
    whole = int(count_by(city, [], EVER, facts="spells")["n"].sum())
    several = sum(len(one) > 1 for one in pairs(city, "flood"))
    assert several and whole < sum(spells.values())
    assert spells.keys() == {-1, 0, 1}


@pytest.mark.parametrize("seen", [EVER, PAST], ids=["now", "as_of"])
@pytest.mark.parametrize("measure", ["response", "resolution"])
def test_times_by_feature_are_those_of_lifelines(
    city: Store, seen: ComplaintFilter, measure: str
) -> None:
    summary = duration_summary(city, seen, by="layer:flood", measure=measure)
    assert list(summary.index) == ["0", "1"]
    assert list(summary["name"]) == ["Kampung", "#2"]
    clocks = clock_rows(
        city, seen, measure=measure, facts="complaints", axis="feature:flood", values=[0, 1, 2]
    )
    for number in (0, 1):
        own = clocks[clocks["value"] == number]
        fitted = KaplanMeierFitter().fit(own["seconds"], own["happened"])
        row = summary.loc[str(number)]
        # A minute that has just begun may lie between the two looks.
        median = quantile(fitted)[0]
        expected = np.nan if np.isinf(median) else median  # not reached
        assert row["median_seconds"] == pytest.approx(expected, abs=60, nan_ok=True)
        assert row["n"] == len(own) == by_hand(city, pairs(city, "flood"))[number]
        assert row["events"] == own["happened"].sum()
    outcomes = count_by(city, ["feature:flood", f"{measure}_outcome"], seen)
    rejected = outcomes[outcomes[f"{measure}_outcome"] == int(Outcome.REJECTED)]
    assert summary["rejected"].sum() == rejected.dropna()["n"].sum()


@pytest.mark.parametrize("measure", FEATURE_MEASURES)
def test_features_that_are_districts_have_the_values_of_districts(
    city: Store, measure: str
) -> None:
    """A layer of one polygon around all of the places, and the whole city, by their own code."""
    districts = city.reference().at_level(1)
    shapes = [
        shapely.box(d.longitude - 0.01, d.latitude - 0.01, d.longitude + 0.01, d.latitude + 0.01)
        for d in districts
    ]
    put(city, "squares", shapes)
    only_placed = ComplaintFilter.from_query("near=flood:50000")
    values = feature_values(city, only_placed, "squares", measure)
    assert list(values["feature"]) == list(range(len(districts)))
    if measure not in ("per_km2", "count"):
        expected = district_values(city, only_placed, measure=measure, level="kelurahan").set_index(
            "code"
        )
        expected = expected.loc[[d.code for d in districts]]
        for column in ("n", "state"):
            assert list(values[column]) == list(expected[column])
        for column in ("value", "low", "high"):
            # Districts' quantiles are read off bins of 2%.
            np.testing.assert_allclose(
                values[column], expected[column].astype(float), rtol=0.011, atol=60
            )
        return
    n = np.array([sum(shapely.intersects_xy(s, *place) for place in places(city)) for s in shapes])
    assert list(values["n"]) == n.tolist()
    area = shapely.area(plane_of(city).shapes_to_metres(np.array(shapes, object))) / 1e6
    scale = 1 / area if measure == "per_km2" else np.ones(len(n))
    np.testing.assert_allclose(values["value"].dropna(), (n * scale)[n > 0])
    np.testing.assert_allclose(values["high"].dropna(), (poisson_interval(n)[1] * scale)[n > 0])


def places(store: Store) -> list[tuple[float, float]]:
    columns = current_facts(store).columns
    both = zip(columns["longitude"], columns["latitude"], strict=True)
    return [(x, y) for x, y in both if not np.isnan(x)]


def test_states_say_what_a_value_rests_on(city: Store) -> None:
    values = feature_values(city, EVER, "flood", "median_response").set_index("feature")
    assert values["state"].tolist() == ["ok", "ok", "none"]
    assert values["n"].tolist()[2] == 0 and np.isnan(values["value"].iloc[2])
    few = feature_values(city, EVER, "pumps", "count", metres=1.0)
    assert set(few["state"]) <= {"too_few", "none", "ok"}
    assert ((few["n"] >= MIN_RANKED) == (few["state"] == "ok")).all()


def test_a_layer_that_is_replaced_or_empty_is_counted_anew(city: Store) -> None:
    before = count_by(city, ["feature:flood"], EVER)
    replace(city, "flood", FeatureTable(np.array([], object), {}, ()), file_name="flood")
    forget_layers(city)
    assert len(before) == 3
    after = count_by(city, ["feature:flood"], EVER)
    assert counted(after, "feature:flood") == {-1: len(current_facts(city))}
    assert duration_summary(city, EVER, by="layer:flood").empty
    for measure in ("count", "per_km2", "median_response", "satisfaction", "open_backlog"):
        assert feature_values(city, EVER, "flood", measure).empty


def test_nobody_has_complained_yet(store: Store) -> None:
    put(store, "flood", FLOOD, nama=["a", "b", "c"])
    put(store, "pumps", PUMPS)
    for layer in ("flood", "pumps"):
        for measure in ("count", "median_response", "on_time_share", "repeat_share"):
            values = feature_values(store, EVER, layer, measure)
            assert len(values) == 3 and set(values["state"]) == {"none"}


@pytest.mark.parametrize(
    ("layer", "measure", "metres", "words"),
    [
        ("rivers", "count", None, "layer 'rivers' is not known; there are: flood, pumps"),
        ("pumps", "per_km2", None, "measure 'per_km2' is not one of layer 'pumps''s: median_"),
        ("flood", "beauty", None, "measure 'beauty' is not one of layer 'flood''s"),
        ("pumps", "count", -1.0, "needs metres from 0 to 50000"),
        ("pumps", "count", float("nan"), "needs metres from 0 to 50000"),
    ],
)
def test_what_means_nothing_is_refused_in_words(
    city: Store, layer: str, measure: str, metres: float | None, words: str
) -> None:
    with pytest.raises((ValueError, FilterError), match=words):
        feature_values(city, EVER, layer, measure, metres=metres)
