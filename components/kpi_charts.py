"""The curves of the KPI page: waiting by service, and the months of every year."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from babel import dates as babel_dates
from dash import html

from components.channel_tables import table
from components.kpi_format import bounds_text, measured_text
from components.series_chart import template
from components.tokens import LIGHT, Theme
from data.i18n import (
    NOTHING,
    current_language,
    format_duration,
    format_number,
    format_percent,
    ngettext,
)
from data.i18n import gettext as _
from queries.kpi.services import CITY, TIMES, ServiceCurve
from queries.kpi.times import Month

_DRAWN = 4  # services beside all together
_COLOURS = ("#4cc2ff", "#ffb454", "#3ddc97", "#c792ea")
_LIGHT_COLOURS = ("#0b6fb8", "#a85b00", "#0f7a4d", "#7b3fa0")
_HOUR, _DAY = 3600, 86_400
_TICK_HOURS, _TICK_DAYS = (1, 6), (1, 7, 30)
_QUARTERS = (1, 4, 7, 10)
_MONTHS_HEIGHT, _LABEL = 200, 14  # pixels
_READ_AT = (_HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)


def survival_chart(curves: Sequence[ServiceCurve], *, theme: Theme, scale: float = 1) -> go.Figure:
    """Steps down with 95% bands, each with its name at its end; time is logarithmic."""
    figure = go.Figure()
    colours = _LIGHT_COLOURS if theme is LIGHT else _COLOURS
    drawn = [c for c in curves if c.code != CITY and c.n >= 20][:_DRAWN]
    everyone = [c for c in curves if c.code == CITY and c.n]
    for curve, colour in zip(drawn, colours, strict=False):
        _add_curve(figure, curve, colour, "solid")
    for curve in everyone:
        _add_curve(figure, curve, theme.text, "dot")
    height = 280 * scale
    figure.update_layout(
        template=template(theme, scale=scale),
        height=height,
        margin={"l": 0, "r": 8, "t": 6, "b": 0},
        dragmode=False,
        hovermode="closest",
        xaxis={
            "type": "log",
            "range": [2.95, 6.42],
            "tickvals": [
                *(hours * _HOUR for hours in _TICK_HOURS),
                *(days * _DAY for days in _TICK_DAYS),
            ],
            "ticktext": [
                *(_("{n} h").format(n=hours) for hours in _TICK_HOURS),
                *(ngettext("{n} day", "{n} days", days).format(n=days) for days in _TICK_DAYS),
            ],
            "tickangle": 0,
            "fixedrange": True,
            "showgrid": True,
            "griddash": "dot",
        },
        yaxis={"range": [0, 1.02], "tickformat": ".0%", "fixedrange": True},
        annotations=_labels([*drawn, *everyone], [*colours[: len(drawn)], theme.text], height),
    )
    return figure


def _add_curve(figure: go.Figure, curve: ServiceCurve, colour: str, dash: str) -> None:
    known = [place for place, value in enumerate(curve.waiting) if value is not None]
    times = [TIMES[place] for place in known]
    low, high = (
        [side[place] if side[place] is not None else curve.waiting[place] for place in known]
        for side in (curve.low, curve.high)
    )
    figure.add_trace(
        go.Scatter(
            x=[*times, *reversed(times)],
            y=[*high, *reversed(low)],
            fill="toself",
            fillcolor=_faint(colour),
            line={"width": 0, "shape": "hv"},
            hoverinfo="skip",
            mode="lines",
        )
    )
    name = curve_name(curve)
    figure.add_trace(
        go.Scatter(
            x=times,
            y=[curve.waiting[place] for place in known],
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hv", "dash": dash},
            hovertext=[_hover(curve, name, place) for place in known],
            hoverinfo="text",
        )
    )


def curve_name(curve: ServiceCurve) -> str:
    return _("All services") if curve.code == CITY else curve.name


def _hover(curve: ServiceCurve, name: str, place: int) -> str:
    bounds = f"{format_percent(curve.low[place])} – {format_percent(curve.high[place])}"
    return (
        f"{name}<br>{format_duration(TIMES[place])}: {format_percent(curve.waiting[place])}"
        f"<br>95% {bounds}<br>n {format_number(curve.n)}"
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.13)"


def _labels(
    curves: Sequence[ServiceCurve], colours: Sequence[str], height: float
) -> list[dict[str, Any]]:
    """Names at the upper right, in the order of the curves at one day: nearest to their ends."""
    at_a_day = TIMES.index(_DAY)
    order = sorted(
        zip(curves, colours, strict=False), key=lambda pair: -(pair[0].waiting[at_a_day] or 0.0)
    )
    return [
        {
            "text": f"{curve_name(curve)} · {format_duration(curve.median.value)}",
            "x": 1,
            "xref": "paper",
            "xanchor": "right",
            "y": 1 - place * 17 / height,
            "yref": "paper",
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": colour, "size": 12},
        }
        for place, (curve, colour) in enumerate(order)
    ]


def survival_table(curves: Sequence[ServiceCurve]) -> Any:
    """Every service: its median and the share still waiting after some times."""
    if not any(curve.n for curve in curves):
        return html.P(
            _("No complaints match these filters. Widen the period or reset the filters."),
            className="empty-note",
        )
    heads = [_("Service"), "n", _("Median"), "95%", *(format_duration(t) for t in _READ_AT)]
    rows = []
    for curve in curves:
        if not curve.n:
            continue
        read = [curve.waiting[TIMES.index(t)] for t in _READ_AT]
        rows.append(
            [
                curve_name(curve),
                format_number(curve.n),
                measured_text(curve.median, "seconds"),
                bounds_text(curve.median, "seconds") or NOTHING,
                *(format_percent(value, 0) for value in read),
            ]
        )
    return html.Div(
        table(heads, rows, caption=_("Share still without an answer after a time")),
        className="table-view",
    )


def months_chart(months: Sequence[Month], *, theme: Theme, scale: float = 1) -> go.Figure:
    """A line for each year, the newest in colour; each is named at its end."""
    figure = go.Figure()
    years = sorted({month.year for month in months})
    for year in years:
        of = [month for month in months if month.year == year]
        is_last = year == years[-1]
        colour = theme.accent if is_last else theme.muted
        figure.add_trace(
            go.Scatter(
                x=[month.month for month in of],
                y=[month.a_day for month in of],
                mode="lines+markers",
                line={"color": colour, "width": 2.5 if is_last else 1.2},
                opacity=1 if is_last else max(0.35, 1 - 0.2 * (years[-1] - year)),
                marker={"size": 5 if is_last else 3},
                hovertext=[_month_hover(month) for month in of],
                hoverinfo="text",
            )
        )
    figure.update_layout(
        template=template(theme, scale=scale),
        height=_MONTHS_HEIGHT * scale,
        margin={"l": 0, "r": 28, "t": 6, "b": 0},
        dragmode=False,
        hovermode="closest",
        xaxis={
            "tickvals": list(_QUARTERS),  # all twelve names would run into each other on paper
            "ticktext": [month_word(number) for number in _QUARTERS],
            "tickangle": 0,
            "range": [0.7, 12.9],
            "fixedrange": True,
        },
        yaxis={"fixedrange": True, "rangemode": "tozero"},
        annotations=_year_labels(months, theme, scale),
    )
    return figure


def _year_labels(months: Sequence[Month], theme: Theme, scale: float) -> list[dict[str, Any]]:
    """Each year at the end of its line; those that end together one above the other."""
    last = {month.year: month for month in months}
    top = max((month.a_day for month in months), default=1.0) or 1.0
    newest = max(last, default=0)
    below: dict[int, float] = {}  # by month, the height in pixels of the label below
    found = []
    for month in sorted(last.values(), key=lambda one: one.a_day):
        height = _MONTHS_HEIGHT * month.a_day / top
        free = max(height, below.get(month.month, -_LABEL) + _LABEL)
        below[month.month] = free
        found.append(
            {
                "text": str(month.year),
                "x": month.month,
                "y": month.a_day,
                "xanchor": "left",
                "xshift": 6,
                "yshift": (free - height) * scale,
                "showarrow": False,
                "font": {
                    "color": theme.accent if month.year == newest else theme.muted,
                    "size": 12 * scale,
                },
            }
        )
    return found


def month_word(number: int) -> str:
    """Jan, Feb, …"""
    return str(babel_dates.format_date(date(2000, number, 1), "LLL", locale=current_language()))


def _month_hover(month: Month) -> str:
    return (
        f"{month_word(month.month)} {month.year}<br>"
        + _("{n} a day").format(n=format_number(month.a_day, 1))
        + f"<br>n {format_number(month.received)}"
    )


def months_table(months: Sequence[Month]) -> Any:
    """Complaints a day: a row for each month, a column for each year."""
    if not months:
        return html.P(_("Nothing to count here."), className="empty-note")
    years = sorted({month.year for month in months})
    known = {(month.year, month.month): month.a_day for month in months}
    rows = [
        [
            month_word(number),
            *(format_number(known.get((year, number)), 1) for year in years),
        ]
        for number in range(1, 13)
    ]
    return html.Div(
        table([_("Month"), *map(str, years)], rows, caption=_("Complaints a day by month")),
        className="table-view",
    )
