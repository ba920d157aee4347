"""What the map colours, and its legend: one measure, its change, two measures, or hot spots."""

from dataclasses import asdict, dataclass
from typing import Any

from components.both_map import both_hideout, both_legend
from components.choropleth import classes_of, hideout, legend
from components.hot_spot_map import hot_spot_hideout, hot_spot_legend
from components.measures import HOT_CELLS, HOT_MEASURES
from components.words import compare_word
from data.i18n import current_language, format_date_range, format_metres, format_number
from data.i18n import gettext as _
from data.store import Store
from queries.comparison import compared_with
from queries.districts import difference_of, district_differences, district_values
from queries.filters import ComplaintFilter
from queries.layers.both import two_measures
from queries.layers.by_feature import feature_values, fitting_measure, layer_of_areas
from queries.layers.coloured import coloured_code, is_colourable
from queries.layers.feature_axis import NEAREST_METRES
from queries.layers.features import known_layers
from queries.layers.hot_spots import hot_spots, left_out

_MOST_TOLD = 1_000  # features of a layer that is not coloured
Painted = tuple[dict[str, Any], list[Any]]


@dataclass(frozen=True)
class View:
    """What a reader chose to see. `second` is a second measure, `areas` the code of a layer."""

    measure: str
    level: str
    compare: str = "off"
    second: str | None = None
    areas: str | None = None


def paint(store: Store, complaint_filter: ComplaintFilter, view: View) -> Painted:
    """What the map script colours (with the view it is of), and the legend.

    The choice of districts does not empty the others: the script dims them. Raises FilterError
    for a layer that is not known, ValueError for an unknown measure or level.
    """
    everywhere = complaint_filter.replace(districts=())
    if view.measure in HOT_MEASURES:
        values, told = _hot_spots(store, everywhere, view)
    elif view.second:
        values, told = _both(store, everywhere, view)
    elif view.areas:
        values, told = _features(store, complaint_filter, view)
    else:
        values, told = _one(store, everywhere, view)
    return {"view": asdict(view), "compare": view.compare, **values}, told


def _one(store: Store, wanted: ComplaintFilter, view: View) -> Painted:
    other = compared_with(store, wanted, view.compare)
    measure, level = view.measure, view.level
    if other:
        values = district_differences(store, wanted, other, measure=measure, level=level)
    else:
        values = district_values(store, wanted, measure=measure, level=level)
    is_difference = other is not None
    classes = classes_of(values, measure=measure, is_difference=is_difference)
    return hideout(values, classes, measure=measure, is_difference=is_difference), legend(
        values,
        classes,
        measure=measure,
        is_difference=is_difference,
        compared_with=_compared_words(other, view.compare),
        level_word=level_word(store, level),
        boundaries=boundaries_note(store.reference().city.boundaries),
    )


def _features(store: Store, wanted: ComplaintFilter, view: View) -> Painted:
    """By feature of a layer; a measure per resident becomes one per km², or a plain count."""
    assert view.areas is not None
    layer = layer_of_areas(store, view.areas)
    measure = fitting_measure(layer, view.measure)
    other = compared_with(store, wanted, view.compare)
    values = feature_values(store, wanted, view.areas, measure)
    if other:
        values = difference_of(values, feature_values(store, other, view.areas, measure))
    values["code"] = [coloured_code(code) for code in values["code"]]
    is_difference = other is not None
    classes = classes_of(values, measure=measure, is_difference=is_difference)
    words = [names_of_layers(store)[view.areas]]
    if not layer.is_polygonal:
        words.append(_("nearest within {distance}").format(distance=format_metres(NEAREST_METRES)))
    told = values if is_colourable(layer) else values.nlargest(_MOST_TOLD, "n")
    painted = hideout(told, classes, measure=measure, is_difference=is_difference)
    for code, name in zip(told["code"], told["name"], strict=True):
        painted["values"][code].append(name)  # the table may have features that are not drawn
    return painted, legend(
        values,
        classes,
        measure=measure,
        is_difference=is_difference,
        compared_with=_compared_words(other, view.compare),
        level_word=" · ".join(words),
        boundaries=""
        if is_colourable(layer)
        else _("{n} features are too many to colour; the table has the {most} with most.").format(
            n=format_number(len(layer)), most=format_number(_MOST_TOLD)
        ),
    )


def _both(store: Store, wanted: ComplaintFilter, view: View) -> Painted:
    assert view.second is not None
    both = two_measures(store, wanted, view.measure, view.second, level=view.level)
    names = names_of_layers(store)
    return both_hideout(both, view.measure, view.second, names), both_legend(
        both, view.measure, view.second, names, level_word=level_word(store, view.level)
    )


def _hot_spots(store: Store, wanted: ComplaintFilter, view: View) -> Painted:
    other = compared_with(store, wanted, view.compare)
    is_of_cells = view.measure == HOT_CELLS
    spots = hot_spots(store, wanted, places="cell" if is_of_cells else view.level, earlier=other)
    return hot_spot_hideout(spots), hot_spot_legend(
        spots,
        level_word=places_word(store, view),
        compared_with=_compared_words(other, view.compare),
        left_out=left_out(store, wanted, spots),
    )


def names_of_layers(store: Store) -> dict[str, str]:
    """By code, in the reader's language."""
    reference, language = store.reference(), current_language()
    return {
        code: reference.language_text(layer.about.names, language) or code
        for code, layer in known_layers(store).items()
    }


def places_word(store: Store, view: View) -> str:
    """What is tested for hot spots."""
    if view.measure == HOT_CELLS:
        return _("squares of 600 m")
    return level_word(store, view.level)


def level_word(store: Store, level: str) -> str:
    reference = store.reference()
    names = reference.city.levels[reference.level_index(level)].names
    return reference.language_text(names, current_language())


def boundaries_note(boundaries: str) -> str:
    if boundaries == "schematic":
        return _("Boundaries: schematic")
    if boundaries == "none":
        return _("Boundaries: none loaded")
    return _("Boundaries: {source}").format(source=boundaries)


def _compared_words(other: ComplaintFilter | None, compare: str) -> str:
    if other is None:
        return _("Records do not reach back so far.") if compare != "off" else ""
    return f"{compare_word(compare)}: {format_date_range(other.start, other.end)}"
