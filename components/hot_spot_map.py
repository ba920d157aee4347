"""Hot spots as colours on the map, and what they mean."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from dash import html

from data.i18n import format_number, format_percent
from data.i18n import gettext as _
from queries.classes import NONE_COLOUR, NOT_REACHED_COLOUR
from queries.layers.hot_spots import FALSE_DISCOVERIES

# In the order of the legend; the oranges and blues of comparisons, darkest where it lasts.
_COLOURS = {
    "persistent": "#a8470a",
    "new": "#ee9c4a",
    "hot": "#c75f0a",
    "cooling": "#b4d3ec",
    "cold": "#2475b8",
    "none": "#8b93a3",
}


def hot_spot_colours() -> dict[str, str]:
    """By kind, in the order of the legend."""
    return dict(_COLOURS)


def chance_words() -> str:
    return _(
        "Getis-Ord Gi*: with its neighbours a place has more, or fewer, than chance would "
        "put there. Of those marked, {share} may be so by chance."
    ).format(share=format_percent(FALSE_DISCOVERIES, 0))


def left_out_words(number: int) -> str:
    return _("Left out: {n} complaints without a place, or where less than half is city.").format(
        n=format_number(number)
    )


def kind_word(kind: str) -> str:
    return {
        "persistent": _("Hot spot in both periods"),
        "new": _("New hot spot"),
        "hot": _("Hot spot"),
        "cooling": _("Hot spot before, no more"),
        "cold": _("Cold spot"),
        "none": _("Not different from chance"),
    }[kind]


def hot_spot_hideout(spots: pd.DataFrame) -> dict[str, Any]:
    """As `components.choropleth.hideout`; what ranks a place is its z."""
    order = list(_COLOURS)
    rows: Iterable[Any] = spots.itertuples()
    return {
        "colours": list(_COLOURS.values()),
        "notReached": NOT_REACHED_COLOUR,
        "none": NONE_COLOUR,
        "values": {
            row.code: [
                order.index(row.kind),
                kind_word(row.kind),
                f"{_per_km2(row.value)} · n {format_number(row.n)} · z {format_number(row.z, 1)}",
                int(row.n),
                float(row.z),
                _p(row.p),
            ]
            for row in rows
        },
    }


def hot_spot_legend(
    spots: pd.DataFrame, *, level_word: str, compared_with: str, left_out: int
) -> list[Any]:
    counts = spots["kind"].value_counts()
    return [
        html.H3(_("Hot spots"), className="legend-title"),
        html.P(
            " · ".join(
                (_("complaints per km²"), level_word, f"n {format_number(spots['n'].sum())}")
            ),
            className="legend-unit",
        ),
        html.P(compared_with, className="legend-unit") if compared_with else None,
        html.Div(
            [_row(kind, int(counts[kind])) for kind in _COLOURS if counts.get(kind, 0)],
            className="legend-rows",
        ),
        html.P(chance_words(), className="legend-note"),
        html.P(left_out_words(left_out), className="legend-note") if left_out else None,
    ]


def _row(kind: str, count: int) -> html.Div:
    swatch = html.Span(className="swatch", style={"background": _COLOURS[kind]})
    return html.Div(
        [
            html.Span(swatch, className="swatch-ground"),
            html.Span(kind_word(kind), className="legend-range"),
            html.Span(format_number(count), className="legend-count"),
        ],
        className="legend-row",
    )


def _per_km2(value: float) -> str:
    return _("{n} per km²").format(n=format_number(value, 1))


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {format_number(p, 3)}"
