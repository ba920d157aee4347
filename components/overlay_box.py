"""The places where assets/64-overlays*.js draw city layers, and the words they use."""

import json

from dash import html

from data.i18n import gettext as _


def overlay_box() -> html.Div:
    """Empty until the script knows the catalogue; hidden in a city without layers."""
    return html.Div(id="overlays", className="overlays", hidden=True, **{"data-words": _words()})


def overlay_legends() -> html.Div:
    return html.Div(id="overlay-legends", className="overlay-legends")


def overlay_card() -> html.Div:
    """What the feature that was clicked says."""
    return html.Div(id="overlay-card", className="card-holder", **{"aria-live": "polite"})


def overlay_note() -> html.Span:
    """That not all features of a layer are drawn."""
    return html.Span(id="overlay-note", className="map-note", role="status")


def _words() -> str:
    return json.dumps(
        {
            "heading": _("City layers"),
            "all": _("All layers ({n})"),
            "others": _("Other layers ({n})"),
            "filter": _("Find a layer"),
            "noneFound": _("Nothing found"),
            "opacity": _("Opacity"),
            "up": _("Draw further up"),
            "down": _("Draw further down"),
            "search": _("Search in this layer"),
            "searchHint": _("Any word of its features"),
            "searchFailed": _("The search did not work; try again."),
            "more": _("{shown} of {total} shown; write more to narrow it down."),
            "unnamed": _("Feature {n}"),
            "features": _("{n} features"),
            "several": _("{n} in this place; zoom in for each"),
            "capped": _("{layer}: largest {shown} of {total} shown; zoom in for all"),
            "other": _("others"),
            "missing": _("no value"),
            "approximate": _("Approximate"),
            "stale": _("Old: last received {duration} ago"),
            "never": _("Not received yet"),
            "length": _("Length"),
            "area": _("Area"),
            "source": _("Source: {source}"),
            "close": _("Close"),
            "failed": _("The layer “{layer}” could not be loaded; everything else still works."),
            "catalogueFailed": _(
                "The list of city layers could not be loaded; everything else still works."
            ),
            "cardFailed": _("What this feature says could not be loaded; try again."),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
