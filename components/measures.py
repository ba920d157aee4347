"""What each measure of the choropleth is called, and how its values are written."""

from collections.abc import Sequence
from itertools import pairwise

from data.i18n import (
    format_change,
    format_duration,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from queries.classes import Classes

DURATIONS = ("median_response", "p90_response", "median_resolution", "p90_resolution")
DEFAULT_MEASURE = "median_response"
_WHOLE = ("open_backlog", "count")
SHARES = ("on_time_share", "repeat_share")
HOT_SPOTS, HOT_CELLS = HOT_MEASURES = ("hot_spots", "hot_cells")  # of districts, of squares
HIGHER_IS_BETTER = frozenset({"on_time_share", "satisfaction"})


def measure_word(measure: str) -> str:
    return {
        "median_response": _("Median response time"),
        "p90_response": _("90th percentile of response time"),
        "median_resolution": _("Median resolution time"),
        "p90_resolution": _("90th percentile of resolution time"),
        "on_time_share": _("Resolved on time"),
        "per_10000": _("Complaints per 10,000 residents"),
        "open_backlog": _("Open now"),
        "satisfaction": _("Satisfaction"),
        "repeat_share": _("Repeat reports"),
        "per_km2": _("Complaints per km²"),
        "count": _("Complaints"),
        HOT_SPOTS: _("Hot spots by district"),
        HOT_CELLS: _("Hot spots by squares of 600 m"),
    }[measure]


def unit_word(measure: str, *, is_difference: bool = False) -> str:
    """What the numbers of the legend are."""
    if measure in DURATIONS:
        return _("time from receipt")
    if measure in SHARES and is_difference:
        return _("percentage points")
    return {
        "per_10000": _("per 10,000 residents"),
        "per_km2": _("per km²"),
        "count": _("complaints"),
        "open_backlog": _("complaints"),
        "satisfaction": _("stars of 5"),
        "on_time_share": _("share of those due"),
        "repeat_share": _("share of complaints"),
    }[measure]


def format_value(measure: str, value: float | None) -> str:
    """A value as a person reads it."""
    if measure in DURATIONS:
        return format_duration(value)
    if measure in SHARES:
        return format_percent(value)
    return format_number(value, 0 if measure in _WHOLE else 1)


def format_difference(measure: str, value: float) -> str:
    """A difference, with its sign."""
    if measure in DURATIONS:
        return ("+" if value > 0 else "") + format_duration(value)
    if measure in SHARES:
        return _("{change} points").format(change=format_change(100 * value, 1))
    return format_change(value, 0 if measure in _WHOLE else 1)


def class_words(classes: Classes, measure: str, *, is_difference: bool = False) -> Sequence[str]:
    """'under a', 'a – b', 'b and over'."""
    write = format_difference if is_difference else format_value
    limits = [write(measure, limit) for limit in classes.breaks]
    if not limits:
        return [_("all alike")]
    return [
        _("under {value}").format(value=limits[0]),
        *(f"{low} – {high}" for low, high in pairwise(limits)),
        _("{value} and over").format(value=limits[-1]),
    ]


def not_reached_word(measure: str) -> str:
    """Why a quantile has no value: the share still waiting is larger than what it leaves over."""
    if measure.startswith("p90"):
        return _("Not reached: over 10% still wait")
    return _("Not reached: over half still wait")


def ends_word(measure: str) -> str:
    """What the two ends of a comparison mean."""
    if measure in ("per_10000", "per_km2", "count", "repeat_share"):
        return " · ".join((_("blue: fewer"), _("orange: more")))
    return " · ".join((_("blue: better"), _("orange: worse")))


def note_words(measure: str) -> str:
    """What must be known to read a measure; empty where its name says it all."""
    if measure != "repeat_share":
        return ""
    return _(
        "A repeat: same service, within 50 m and 24 hours of an earlier complaint, in similar "
        "words. Times and on-time shares count every complaint, repeats too."
    )
