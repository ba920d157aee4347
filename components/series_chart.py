"""Complaints received per day. Dragging over it chooses the period.

The table of the same numbers is made by assets/67-series.js from the figure: a component per day
would keep the browser busy for seconds.
"""

import pandas as pd
import plotly.graph_objects as go

from components.tokens import FONT_FAMILY, Theme
from data.i18n import format_number, format_short_date


def template(theme: Theme, *, scale: float = 1) -> go.layout.Template:
    """The look of every Plotly chart, from the same tokens as the page."""
    axis = {
        "gridcolor": theme.line,
        "linecolor": theme.line,
        "zeroline": False,
        "tickfont": {"color": theme.muted, "size": 11 * scale},
        "ticks": "",
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT_FAMILY, "size": 12 * scale, "color": theme.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [theme.accent],
            "margin": {"l": 0, "r": 0, "t": 4, "b": 0},
            "xaxis": {**axis, "showgrid": False},
            "yaxis": {**axis, "rangemode": "tozero", "nticks": 4, "griddash": "dot"},
            "hoverlabel": {
                "bgcolor": theme.panel,
                "bordercolor": theme.line,
                "font": {"color": theme.text, "size": 12 * scale},
            },
            "showlegend": False,
            "bargap": 0.15,
            "dragmode": "select",
            "selectdirection": "h",
            "newselection": {"line": {"color": theme.accent, "width": 1}},
            "activeselection": {"fillcolor": theme.accent_soft, "opacity": 1},
        }
    )


def series_chart(daily: pd.DataFrame, *, theme: Theme, scale: float = 1) -> go.Figure:
    """Bars over local days; `daily` has the columns day (date) and n."""
    days = pd.to_datetime(daily["day"]) if len(daily) else pd.Series([], dtype="datetime64[ns]")
    hover = [
        f"{format_short_date(day)}<br>n {format_number(n)}"
        for day, n in zip(daily["day"], daily["n"], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=days,
            y=daily["n"],
            hovertext=hover,
            hoverinfo="text",
            marker={"color": theme.accent, "line": {"width": 0}},
            unselected={"marker": {"opacity": 0.35}},
        )
    )
    figure.update_layout(
        template=template(theme, scale=scale),
        height=112 * scale,
        bargap=0.15 if len(daily) < 120 else 0,
        separators=_separators(),
        xaxis={"fixedrange": True, "tickformat": _tick_format(daily), "nticks": 5},
        yaxis={"fixedrange": True, "tickformat": ",d"},
    )
    return figure


def _separators() -> str:
    thousands = format_number(1000).strip("01")
    return (".," if thousands == "," else ",.") if thousands else ",."


def _tick_format(daily: pd.DataFrame) -> str:
    # Numbers only: month names would be English, since no other locale of Plotly is loaded.
    return "%d/%m" if len(daily) < 200 else "%m/%Y"
