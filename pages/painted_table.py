"""What the map colours, as a table of shapes: what a file of it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from components.choropleth import classes_of
from components.exposure_words import any_measure_word
from components.hot_spot_map import kind_word
from components.measures import DURATIONS, HOT_CELLS, HOT_MEASURES, SHARES, measure_word, unit_word
from components.words import compare_word
from data.i18n import current_language, format_date_range, format_metres
from data.i18n import gettext as _
from data.layers.model import LayerError, Shapes
from data.store import Store
from pages.painting import View, level_word, names_of_layers, places_word
from queries.boundaries import whole_boundaries
from queries.classes import Classes
from queries.comparison import compared_with
from queries.districts import MEASURES, difference_of, district_differences, district_values
from queries.filters import ComplaintFilter, FilterError
from queries.layers.both import two_measures
from queries.layers.by_feature import feature_values, fitting_measure
from queries.layers.exposure import Exposure
from queries.layers.feature_axis import NEAREST_METRES
from queries.layers.features import kept_layer
from queries.layers.hot_spots import hot_cell_shapes, hot_spots
from queries.views import seen_at
from reports.layer_file_parts import FileAbout, Table, unique_name
from reports.provenance import about_result

_PLAIN = ("satisfaction", "open_backlog")  # whose names do not say the unit
_SECONDS = 3600  # in an hour
_WHOLE = ("n", "n_before", "n_first", "n_second", "class")


@dataclass(frozen=True)
class _Found:
    """Rows with their shapes, what they are called, and the layers that they rest on."""

    frame: pd.DataFrame
    shapes: Shapes
    title: str
    unit: str
    layers: Sequence[str] = ()
    further: Mapping[str, list[Any]] = field(default_factory=dict)  # the features' own fields
    is_of_districts: bool = True


def painted_table(
    store: Store, complaint_filter: ComplaintFilter, view: View
) -> tuple[Table, FileAbout]:
    """A row for each district, square or feature that the map colours, and what the file says.

    Durations are in hours, shares from 0 to 1. `class` counts from 1 as the legend does; class_from
    <= value < class_to. Raises FilterError for an unknown layer, ValueError for an unknown measure.
    """
    is_of_features = bool(view.areas) and not view.second and view.measure not in HOT_MEASURES
    wanted = complaint_filter if is_of_features else complaint_filter.replace(districts=())
    other = compared_with(store, wanted, view.compare)
    if view.measure in HOT_MEASURES:
        found = _hot_spots(store, wanted, other, view)
    elif view.second:
        found, other = _both(store, wanted, view, view.second), None
    elif view.areas:
        found = _features(store, wanted, other, view, view.areas)
    else:
        found = _districts(store, wanted, other, view)
    description = ""
    if other is not None:
        dates = format_date_range(other.start, other.end)
        description = f"{compare_word(view.compare)}: {dates}"
    about = about_result(
        store,
        wanted,
        seen_at(wanted),
        current_language(),
        name=f"{found.title} ({found.unit})" if found.unit else found.title,
        description=description,
        layers=found.layers,
        has_boundaries=found.is_of_districts,
    )
    return _table(found), about


def _districts(
    store: Store, wanted: ComplaintFilter, other: ComplaintFilter | None, view: View
) -> _Found:
    if other:
        values = district_differences(store, wanted, other, measure=view.measure, level=view.level)
    else:
        values = district_values(store, wanted, measure=view.measure, level=view.level)
    frame, unit = _classed(values, view.measure, is_difference=other is not None)
    title = f"{measure_word(view.measure)}, {level_word(store, view.level)}"
    shapes = _shapes_of(store, view.level, frame["code"])
    return _Found(frame, shapes, _titled(title, other), unit)


def _features(
    store: Store, wanted: ComplaintFilter, other: ComplaintFilter | None, view: View, code: str
) -> _Found:
    try:
        layer = kept_layer(store, code)
    except LayerError as error:
        raise FilterError(f"areas {code[:80]!r}: {error}") from None
    measure = fitting_measure(layer, view.measure)
    values = feature_values(store, wanted, code, measure)
    if other:
        values = difference_of(values, feature_values(store, other, code, measure))
    frame, unit = _classed(values, measure, is_difference=other is not None)
    # Features are counted from 1 where people read them.
    frame = frame.drop(columns="code").assign(feature=frame["code"].astype(int) + 1)
    title = f"{measure_word(measure)}, {names_of_layers(store)[code]}"
    if not layer.is_polygonal:
        near = _("nearest within {distance}").format(distance=format_metres(NEAREST_METRES))
        title = f"{title}, {near}"
    return _Found(frame, layer.shapes, _titled(title, other), unit, (code,), layer.columns, False)


def _titled(title: str, other: ComplaintFilter | None) -> str:
    return title if other is None else _("{measure}: difference").format(measure=title)


def _both(store: Store, wanted: ComplaintFilter, view: View, second: str) -> _Found:
    names = names_of_layers(store)
    both = two_measures(store, wanted, view.measure, second, level=view.level)
    frame, first_unit = _in_unit(both.frame, view.measure, ("first",))
    frame, second_unit = _in_unit(frame, second, ("second",))
    words = [any_measure_word(one, names) for one in (view.measure, second)]
    frame = frame.rename(columns={"first": "first_value", "second": "second_value"}).assign(
        first_measure=words[0], first_unit=first_unit, second_measure=words[1],
        second_unit=second_unit, cell=frame["cell"].where(frame["cell"] >= 0),
    )  # fmt: skip
    frame["first_class"], frame["second_class"] = frame["cell"] % 3 + 1, frame["cell"] // 3 + 1
    title = f"{words[0]} × {words[1]}, {level_word(store, view.level)}"
    layers = () if second in MEASURES else (Exposure.from_text(second).layer,)
    shapes = _shapes_of(store, view.level, frame["code"])
    return _Found(frame.drop(columns="cell"), shapes, title, "", layers)


def _hot_spots(
    store: Store, wanted: ComplaintFilter, other: ComplaintFilter | None, view: View
) -> _Found:
    is_of_cells = view.measure == HOT_CELLS
    spots = hot_spots(store, wanted, places="cell" if is_of_cells else view.level, earlier=other)
    spots["kind_name"] = [kind_word(kind) for kind in spots["kind"]]
    shapes = hot_cell_shapes(store) if is_of_cells else _shapes_of(store, view.level, spots["code"])
    return _Found(
        spots,
        shapes,
        f"{_('Hot spots')} (Getis-Ord Gi*), {places_word(store, view)}",
        unit_word("per_km2"),
        is_of_districts=not is_of_cells,
    )


def _classed(
    values: pd.DataFrame, measure: str, *, is_difference: bool
) -> tuple[pd.DataFrame, str]:
    """With the classes of the map, and the word for the unit of the values."""
    classes = classes_of(values, measure=measure, is_difference=is_difference)
    columns = ("value", "low", "high", "now", "before", "class_from", "class_to")
    return _in_unit(_with_classes(values, classes), measure, columns)


def _with_classes(values: pd.DataFrame, classes: Classes) -> pd.DataFrame:
    """Of those that have one; the limits are open at both ends."""
    ok = (values["state"] == "ok").to_numpy()
    index = np.searchsorted(classes.breaks, values["value"].to_numpy(float), side="right")
    limits = np.array([np.nan, *classes.breaks, np.nan])
    colours = np.array([*classes.colours, ""], object)
    found = values.copy()
    found["class"] = np.where(ok, index + 1, np.nan)
    found["class_from"] = np.where(ok, limits[index], np.nan)
    found["class_to"] = np.where(ok, limits[index + 1], np.nan)
    found["colour"] = [c if is_ok else None for c, is_ok in zip(colours[index], ok, strict=True)]
    return found


def _in_unit(frame: pd.DataFrame, measure: str, columns: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Durations in hours, and the word for the unit."""
    if measure in DURATIONS:
        there = [name for name in columns if name in frame]
        return frame.assign(**{name: frame[name] / _SECONDS for name in there}), _("hours")
    if measure in SHARES or ":share_" in measure:
        return frame, _("share from 0 to 1")
    return frame, unit_word(measure) if measure in _PLAIN else ""


def _table(found: _Found) -> Table:
    columns = {str(name): _values(str(name), found.frame[name]) for name in found.frame}
    for name, values in found.further.items():
        columns[unique_name(name, set(columns))] = list(values)
    return Table(found.shapes, columns)


def _values(name: str, column: pd.Series) -> list[Any]:
    """As files hold them: nothing for NaN and for bounds that are nowhere."""
    if column.dtype == object:
        return [None if value != value else value for value in column.tolist()]
    values = column.to_numpy(float)
    whole = name in _WHOLE or name.endswith("_class") or column.dtype.kind == "i"
    return [
        None if not np.isfinite(value) else int(value) if whole else value
        for value in values.tolist()
    ]


def _shapes_of(store: Store, level: str, codes: pd.Series) -> Shapes:
    """Not simplified; None for a district without a shape."""
    found = whole_boundaries(store, store.reference().level_index(level))
    by_code = {d.code: shape for d, shape in zip(found.districts, found.shapes, strict=True)}
    shapes = np.full(len(codes), None, object)
    shapes[:] = [by_code.get(code) for code in codes]
    return shapes
