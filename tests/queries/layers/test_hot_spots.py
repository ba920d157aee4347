"""Hot spots are those of esda on the same weights."""

import warnings
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import false_discovery_control

from data.bulk import History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from queries.filters import ComplaintFilter
from queries.layers.hot_spots import discovered, gi_star, hot_spots, left_out
from queries.layers.repeat_places import repeat_places

with warnings.catch_warnings():  # what it warns of at import is its own affair
    warnings.simplefilter("ignore")
    from esda.getisord import G_Local
    from libpysal.weights import WSP


def neighbours(chance: np.random.Generator, n: int) -> sparse.csr_array:
    """Random, symmetric, with each place its own neighbour."""
    linked = chance.random((n, n)) < 0.15
    linked = linked | linked.T
    np.fill_diagonal(linked, True)
    return sparse.csr_array(linked.astype(float))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 60))
def test_scores_equal_those_of_esda(seed: int, n: int) -> None:
    chance = np.random.default_rng(seed)
    weights = neighbours(chance, n)
    values = chance.gamma(1.0, 40.0, n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = WSP(sparse.csr_matrix(weights)).to_W(silence_warnings=True)
        oracle = G_Local(values, known, transform="B", star=None, permutations=0)
    connected = np.asarray(weights.sum(axis=1)).ravel() < n  # one that knows all has no score
    assert gi_star(values, weights)[connected] == pytest.approx(oracle.Zs[connected], abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_discoveries_are_those_of_scipy(p: list[float]) -> None:
    adjusted = false_discovery_control(p)
    close = np.abs(adjusted - 0.05) < 1e-12
    assert (discovered(np.array(p)) == (adjusted <= 0.05))[~close].all()


def test_equal_values_are_nowhere_hot() -> None:
    weights = neighbours(np.random.default_rng(1), 20)
    assert (gi_star(np.full(20, 0.1), weights) == 0).all()
    assert len(gi_star(np.zeros(0), sparse.csr_array((0, 0), dtype=float))) == 0


def complaints(store: Store, place: tuple[float, float], number: int, month: int) -> list[History]:
    service = next(iter(store.reference().service_by_code))
    channel = next(iter(store.reference().channel_by_code))
    return [
        History(
            NewComplaint(
                service_code=service,
                channel_code=channel,
                latitude=place[0] + 0.00001 * (n % 7),
                longitude=place[1],
                requested_at=datetime(2026, month, 1 + n % 28, tzinfo=UTC),
                source="test",
                external_id=f"{place}-{month}-{n}",
            ),
            [],
        )
        for n in range(number)
    ]


@pytest.mark.parametrize("places", ["cell", "kelurahan"])
def test_new_persistent_and_cooling(jakarta_store: Store, places: str) -> None:
    lasting, new, cooling = (-6.1702, 106.8129), (-6.2615, 106.7810), (-6.2302, 106.9300)
    told = [(lasting, 900, 7), (cooling, 900, 7), (lasting, 900, 8), (new, 900, 8)]
    rows = [row for one in told for row in complaints(jakarta_store, *one)]
    assert record_histories(jakarta_store, rows).refused == []
    months = [
        ComplaintFilter.from_query(f"start=2026-0{m}-01&end=2026-0{m + 1}-01") for m in (7, 8)
    ]
    found = hot_spots(jakarta_store, months[1], places=places, earlier=months[0])
    kinds = set(found["kind"])  # a district may be too large for its complaints to be dense
    assert {"persistent", "cooling", "none"} <= kinds <= {"new", "persistent", "cooling", "none"}
    assert "new" in kinds or places != "cell"
    assert found["n"].sum() == 1800
    assert (found.loc[found["kind"] == "persistent", "z"] > 2).all()
    assert (found.loc[found["kind"] == "cooling", "z_before"] > 2).all()
    assert found["n"][found["n"] == 900].size == 2

    repeated = repeat_places(jakarta_store, months[1])
    assert repeated["n"].tolist() == [900, 900]
    assert repeated["days"].tolist() == [28, 28]
    near = shapely.Point(repeated["longitude"][0], repeated["latitude"][0])
    assert min(near.distance(shapely.Point(*p[::-1])) for p in (lasting, new)) < 0.001


def test_an_empty_city_has_no_hot_spots(jakarta_store: Store) -> None:
    found = hot_spots(jakarta_store, ComplaintFilter(), places="kelurahan")
    assert len(found) == 267
    assert set(found["kind"]) == {"none"}
    assert repeat_places(jakarta_store, ComplaintFilter()).empty


def test_what_no_square_holds_is_counted(jakarta_store: Store) -> None:
    rows = [
        row
        for place, n in (((-6.1754, 106.8272), 7), ((-6.9, 108.0), 2))
        for row in complaints(jakarta_store, place, n, 7)
    ]
    assert record_histories(jakarta_store, rows).refused == []
    everything = ComplaintFilter(period="all")
    spots = hot_spots(jakarta_store, everything, places="cell")
    assert (spots["n"].sum(), left_out(jakarta_store, everything, spots)) == (7, 2)
