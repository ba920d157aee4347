"""Two measures of districts against each other; dragging over it chooses districts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import plotly.graph_objects as go

from components.both_map import both_colours
from components.exposure_words import any_measure_word, format_any_value, is_share
from components.measures import DURATIONS
from components.series_chart import template
from components.tokens import Theme
from data.i18n import gettext as _
from queries.layers.both import Both

_HOUR = 3600.0
_HEIGHT = 240


def scatter_chart(
    both: Both,
    first: str,
    second: str,
    layers: Mapping[str, str],
    *,
    theme: Theme,
    chosen: Collection[str] = (),
    scale: float = 1,
) -> go.Figure:
    """A point for each district that has both, in its colour on the map; the chosen stand out."""
    frame = both.frame[both.frame["state"] == "ok"]
    colours = both_colours()
    rows: Iterable[Any] = frame.itertuples(index=False)
    hover = [
        f"{row.name}<br>{any_measure_word(first, layers)}: {format_any_value(first, row.first)}"
        f"<br>{any_measure_word(second, layers)}: {format_any_value(second, row.second)}"
        for row in rows
    ]
    marks = [place for place, code in enumerate(frame["code"]) if code in chosen]
    figure = go.Figure(
        go.Scatter(
            x=_drawn(first, frame["first"]),
            y=_drawn(second, frame["second"]),
            customdata=frame["code"],
            mode="markers",
            hovertext=hover,
            hoverinfo="text",
            selectedpoints=marks or None,
            marker={
                "color": [colours[cell] for cell in frame["cell"]],
                "size": 8 * scale,
                "line": {"width": 1, "color": theme.line},
            },
            unselected={"marker": {"opacity": 0.25}},
        )
    )
    figure.update_layout(
        template=template(theme, scale=scale),
        height=_HEIGHT * scale,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        selectdirection="any",
        xaxis={**_axis(first), "title": _title(first, layers, theme, scale), "showgrid": True},
        yaxis={**_axis(second), "title": _title(second, layers, theme, scale)},
    )
    return figure


def _drawn(measure: str, values: object) -> object:
    """Durations in hours: their axis would else be in thousands of seconds."""
    return values / _HOUR if measure in DURATIONS else values  # type: ignore[operator]


def _axis(measure: str) -> dict[str, str]:
    return {"tickformat": ".0%"} if is_share(measure) else {}


def _title(
    measure: str, layers: Mapping[str, str], theme: Theme, scale: float
) -> dict[str, object]:
    words = any_measure_word(measure, layers)
    if measure in DURATIONS:
        words = _("{measure}, hours").format(measure=words)
    return {"text": words, "font": {"size": 11 * scale, "color": theme.muted}, "standoff": 4}
