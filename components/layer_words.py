"""The words and marks of layers: names, geometry, size, what was mended, how fresh they are."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import html

from data.i18n import (
    NOTHING,
    current_language,
    format_duration,
    format_number,
    ngettext,
)
from data.i18n import gettext as _
from data.layers.catalogue import Layer
from data.layers.model import Note
from data.layers.remote_state import is_stale
from data.layers.versions import Extent
from queries.layers.palette import Colour
from queries.layers.style import style_of

_DEGREE_KM = 111.32  # of latitude, and of longitude at the equator
_SHAPES = {"point": "●", "line": "╱", "polygon": "▰", "mixed": "◫"}


def layer_name(layer: Layer) -> str:
    """In the reader's language, else in any, else the code."""
    return in_language(layer.about.names) or layer.code


def in_language(texts: Any) -> str:
    wanted = texts.get(current_language())
    return wanted or next((text for text in texts.values() if text), "")


def geometry_word(geometry: str, count: int = 2) -> str:
    return {
        "point": ngettext("point", "points", count),
        "line": ngettext("line", "lines", count),
        "polygon": ngettext("area", "areas", count),
    }.get(geometry, ngettext("shape", "shapes of several kinds", count))


def count_words(geometry: str, count: int) -> str:
    """1,009 areas."""
    return f"{format_number(count)} {geometry_word(geometry, count)}"


def geometry_mark(layer: Layer) -> html.Span:
    """The shape of its features in the layer's own colour."""
    geometry = layer.version.geometry
    return html.Span(
        _SHAPES.get(geometry, _SHAPES["mixed"]),
        className="catalogue-mark",
        title=geometry_word(geometry),
        style={"color": css_colour(style_of(layer).colour)},
        **{"aria-hidden": "true"},
    )


def css_colour(colour: Colour) -> str:
    """The one that fits the theme, which the browser knows."""
    return f"light-dark({colour.light}, {colour.dark})"


def extent_words(extent: Extent | None) -> str:
    """How large it is: 26 × 31 km."""
    if extent is None:
        return NOTHING
    west, south, east, north = extent
    width = (east - west) * _DEGREE_KM * math.cos(math.radians((south + north) / 2))
    height = (north - south) * _DEGREE_KM
    return _("{width} × {height} km").format(width=_kilometres(width), height=_kilometres(height))


def extent_degrees(extent: Extent | None) -> str:
    """Where it is: longitudes, latitudes."""
    if extent is None:
        return ""
    west, south, east, north = (format_number(edge, 4) for edge in extent)
    return _("longitude {west} to {east}, latitude {south} to {north}").format(
        west=west, east=east, south=south, north=north
    )


def note_sentence(note: Note) -> str:
    """What was mended or left out, with its count."""
    n = note.count
    sentences = {
        "repaired": ngettext(
            "{n} shape was invalid and was mended.", "{n} shapes were invalid and were mended.", n
        ),
        "empty": ngettext(
            "{n} feature has no shape and is left out.",
            "{n} features have no shape and are left out.",
            n,
        ),
        "flattened": ngettext(
            "The height of {n} feature is left out.", "The heights of {n} features are left out.", n
        ),
        "mixed": ngettext(
            "{n} feature is of another kind than most.",
            "{n} features are of another kind than most.",
            n,
        ),
        "recoded": ngettext(
            "{n} text was in another encoding and was converted.",
            "{n} texts were in another encoding and were converted.",
            n,
        ),
        "curves": ngettext(
            "{n} arc or circle became straight pieces.",
            "{n} arcs and circles became straight pieces.",
            n,
        ),
        "outside": ngettext(
            "{n} feature lies far outside the city; it is kept.",
            "{n} features lie far outside the city; they are kept.",
            n,
        ),
        "renamed": ngettext("{n} field was renamed.", "{n} fields were renamed.", n),
        "unplaced": ngettext(
            "{n} row has no usable coordinates and is left out.",
            "{n} rows have no usable coordinates and are left out.",
            n,
        ),
        "hidden": ngettext(
            "{n} feature of hidden drawing layers or of the paper is left out.",
            "{n} features of hidden drawing layers or of the paper are left out.",
            n,
        ),
    }
    return sentences.get(note.kind, f"{note.kind}: {{n}}").format(n=format_number(n))


def field_kind_word(kind: str) -> str:
    return {
        "text": _("text"),
        "number": _("number"),
        "boolean": _("yes or no"),
        "instant": _("instant"),
    }.get(kind, kind)


@dataclass(frozen=True)
class Freshness:
    """How up to date a remote layer is: a shape, words, a status class of assets/21."""

    shape: str
    words: str
    css: str
    is_alarming: bool


def freshness(layer: Layer, at: datetime) -> Freshness | None:
    """None for a layer that is not fetched from anywhere."""
    if layer.url is None or layer.every_seconds is None:
        return None
    if layer.succeeded_at is None:
        words = _("never fetched") if layer.last_error is None else _("cannot be fetched")
        return Freshness("▲", words, "status-waiting", True)
    age = max((at - layer.succeeded_at).total_seconds(), 0)
    if is_stale(layer, at):
        words = _("stale: of {duration} ago").format(duration=format_duration(age))
        return Freshness("◆", words, "status-in-progress", True)
    return Freshness(
        "✓",
        _("fresh: of {duration} ago").format(duration=format_duration(age)),
        "status-resolved",
        False,
    )


def badges(layer: Layer, at: datetime) -> list[html.Span]:
    """Approximate, and fresh or stale."""
    found = []
    if layer.about.is_approximate:
        found.append(
            html.Span(
                _("approximate"),
                className="tag",
                title=_("Drawn from general knowledge, not measured"),
            )
        )
    state = freshness(layer, at)
    if state is not None:
        found.append(
            html.Span(
                [
                    html.Span(state.shape, className="status-shape", **{"aria-hidden": "true"}),
                    state.words,
                ],
                className=f"tag status {state.css}",
                title=layer.last_error and layer.last_error.said(),
            )
        )
    return found


def _kilometres(size: float) -> str:
    return format_number(size, 0 if size >= 10 else 1)
