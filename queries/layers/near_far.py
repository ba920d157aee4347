"""What lies near a layer against what lies far from it: how often, and how soon answered."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.stats import chi2_contingency

from data.layers.model import Shapes
from data.store import Store
from queries.cache import Cache
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.layers.areas import area_shape
from queries.layers.conditions import KINDS, LayerCondition
from queries.layers.features import versions_of
from queries.layers.ground import Ground, ground_of
from queries.layers.intervals import Interval, difference_interval, rate_ratio_interval
from queries.layers.membership import features_meant, places_stamp
from queries.layers.plane import plane_of
from queries.measures import duration_summary

BASES = ("area", "residents")
MIX_DIFFERS = 0.1  # share of complaints that would have to be of another service
_MIX_P = 0.001
_NAMED = 3
_KEPT = 32
_RESIDENTS = 10_000


@dataclass(frozen=True)
class Side:
    """One side of the comparison. `exposure` is km², or tens of thousands of residents."""

    n: int
    exposure: float
    rate: float  # n for each unit of exposure; NaN where there is none
    median_seconds: float  # NaN: not reached
    median_bounds: Interval


@dataclass(frozen=True)
class Comparison:
    """Bounds are 95%. `mix` are the services whose shares differ most, where the mix differs."""

    near: Side
    far: Side
    basis: str
    ratio: float
    ratio_bounds: Interval
    difference_seconds: float  # of the medians, near less far; NaN where one is not reached
    difference_bounds: Interval
    mix_distance: float  # share of complaints that would have to be of another service, 0 to 1
    mix_differs: bool
    mix: tuple[str, ...]
    left_out: int  # complaints on neither side: not in the city's ground that is compared


def near_against_far(
    store: Store,
    complaint_filter: ComplaintFilter,
    condition: LayerCondition,
    *,
    basis: str = "area",
    measure: str = "response",
) -> Comparison:
    """Compare complaints near a layer with all others on the city's ground.

    `condition` is one of near or inside; the other side is far or outside. Exposures are the city's
    land on either side, or the residents if they live evenly over each district; districts whose
    residents are not known are then left out. The ratio is infinite where there are none far off.
    Counts are taken as independent: where one event makes many complaints the bounds are too
    narrow. Raises
    FilterError for a layer that is not known and ValueError for another basis or measure.
    """
    if basis not in BASES:
        raise ValueError(f"basis {basis!r} is not one of {', '.join(BASES)}")
    if condition.kind not in _OTHER_SIDE:
        raise ValueError(f"compare what is near or inside, not {condition.kind}")
    other = LayerCondition(
        _OTHER_SIDE[condition.kind],
        condition.layer,
        condition.metres,
        condition.field,
        condition.value,
    )
    compared = _on_ground(store, complaint_filter, basis)
    filters = (_narrowed(compared, condition), _narrowed(compared, other))
    exposures = _exposures(store, compared, condition, basis)
    near, far = (
        _side(store, wanted, exposure, measure)
        for wanted, exposure in zip(filters, exposures, strict=True)
    )
    distance, differs, services = _compare_mix(store, *filters)
    return Comparison(
        near=near,
        far=far,
        basis=basis,
        ratio=_ratio(near, far),
        ratio_bounds=rate_ratio_interval(near.n, near.exposure, far.n, far.exposure)
        if min(exposures) > 0
        else (np.nan, np.nan),
        difference_seconds=near.median_seconds - far.median_seconds,
        difference_bounds=difference_interval(
            near.median_seconds, near.median_bounds, far.median_seconds, far.median_bounds
        ),
        mix_distance=distance,
        mix_differs=differs,
        mix=services,
        left_out=_number(store, complaint_filter) - near.n - far.n,
    )


_OTHER_SIDE = {"near": "far", "inside": "outside"}


def _narrowed(wanted: ComplaintFilter, condition: LayerCondition) -> ComplaintFilter:
    known: tuple[LayerCondition, ...] = getattr(wanted, condition.kind)
    return wanted.replace(**{condition.kind: tuple(dict.fromkeys((*known, condition)))})


def _on_ground(store: Store, wanted: ComplaintFilter, basis: str) -> ComplaintFilter:
    """What lies on the ground that the exposure is of: in districts, in those with residents."""
    ground, chosen = ground_of(store), store.reference().leaves_of(wanted.districts)
    codes = [
        district.code
        for district, residents in zip(ground.districts, ground.residents, strict=True)
        if (not chosen or district.id in chosen)
        and not (basis == "residents" and np.isnan(residents))
    ]
    return wanted.replace(districts=tuple(codes) or wanted.districts)


def _ratio(near: Side, far: Side) -> float:
    if far.rate > 0:
        return near.rate / far.rate
    return np.inf if near.rate > 0 and far.rate == 0 else np.nan


def _number(store: Store, wanted: ComplaintFilter) -> int:
    return int(count_by(store, ["place"], wanted)["n"].sum())


def _side(store: Store, wanted: ComplaintFilter, exposure: float, measure: str) -> Side:
    n = _number(store, wanted)
    row = duration_summary(store, wanted, measure=measure).iloc[0]
    return Side(
        n=n,
        exposure=exposure,
        rate=n / exposure if exposure > 0 else np.nan,
        median_seconds=float(row["median_seconds"]),
        median_bounds=(float(row["median_low"]), float(row["median_high"])),
    )


def _exposures(
    store: Store, wanted: ComplaintFilter, condition: LayerCondition, basis: str
) -> tuple[float, float]:
    """Of the condition and of its other side, in the part of the city that the filter selects."""
    place = ComplaintFilter(
        districts=wanted.districts,
        areas=wanted.areas,
        **{kind: getattr(wanted, kind) for kind in KINDS},
    )
    cache: Cache = store.kept("near-far-exposures", lambda: Cache(_KEPT))
    stamps = (versions_of(store, [condition.layer]), places_stamp(store, place))
    key = (store.reference().version, stamps, place, condition, basis)
    return cache.get(key, lambda: _measure_exposures(store, place, condition, basis))


def _measure_exposures(
    store: Store, place: ComplaintFilter, condition: LayerCondition, basis: str
) -> tuple[float, float]:
    ground = ground_of(store)
    parts = selected_ground(store, ground, place)
    near = shapely.area(shapely.intersection(parts, reach_of(store, condition))) / 1e6
    far = shapely.area(parts) / 1e6 - near
    if basis == "residents":
        density = np.nan_to_num(ground.residents) / ground.area_km2 / _RESIDENTS
        near, far = near * density, far * density
    return float(near.sum()), float(far.sum())


def selected_ground(store: Store, ground: Ground, place: ComplaintFilter) -> Shapes:
    """The part of each district that a filter selects, in metres; empty where it selects none."""
    parts = ground.shapes
    if place.districts:
        leaves = store.reference().leaves_of(place.districts)
        chosen = np.array([district.id in leaves for district in ground.districts], bool)
        parts = np.where(chosen, parts, shapely.Polygon())
    if place.areas:
        plane = plane_of(store)
        drawn = [shapely.buffer(area_shape(plane, a), a.metres or 0.0) for a in place.areas]
        parts = shapely.intersection(parts, shapely.union_all(drawn))
    for one in place.layer_conditions:
        cut = shapely.intersection if one.kind in _OTHER_SIDE else shapely.difference
        parts = cut(parts, reach_of(store, one))
    found: Shapes = parts
    return found


def reach_of(store: Store, condition: LayerCondition) -> Any:
    """The ground within the metres of a condition, or inside its polygons, as one shape."""
    shapes = features_meant(store, condition)
    if condition.metres is not None:
        shapes = shapely.buffer(shapes, condition.metres, quad_segs=16)
    reach = shapely.union_all(shapes)
    shapely.prepare(reach)
    return reach


def _compare_mix(
    store: Store, near: ComplaintFilter, far: ComplaintFilter
) -> tuple[float, bool, tuple[str, ...]]:
    """Total variation distance between the services of two cohorts, and what makes it."""
    counts = pd.DataFrame(
        {
            side: count_by(store, ["service_id"], wanted).set_index("service_id")["n"]
            for side, wanted in (("near", near), ("far", far))
        }
    ).fillna(0.0)
    totals = counts.sum()
    if len(counts) < 2 or not totals.all():
        return 0.0, False, ()
    gap = (counts / totals)["near"] - (counts / totals)["far"]
    distance = float(gap.abs().sum() / 2)
    p = float(chi2_contingency(counts.to_numpy().T).pvalue)
    differs = distance >= MIX_DIFFERS and p < _MIX_P
    largest: Any = gap.abs().sort_values(ascending=False).index[:_NAMED] if differs else []
    services = store.reference().services
    return distance, differs, tuple(services[int(one)].service_code for one in largest)
