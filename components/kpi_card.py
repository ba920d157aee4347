"""One of the four KPIs: its figure, target, trend, what belongs to it, and how mature it is."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.channel_tables import table
from components.kpi_format import (
    bounds_text,
    change_span,
    difference_text,
    hover_text,
    measured_text,
    target_mark,
    value_text,
)
from components.kpi_maturity import maturity_words
from components.kpi_units import no_unit_words
from components.kpi_words import indicator_word
from data.i18n import (
    NOTHING,
    format_date_range,
    format_number,
    format_short_date,
)
from data.i18n import gettext as _
from queries.kpi.model import Change, Indicator, Kpi, Point


def kpi_card(kpi: Kpi) -> list[Any]:
    """The drawn figure and the same as a table."""
    empty = _empty_words(kpi)
    if empty:
        return [html.P(empty, className="empty-note")]
    drawn = html.Div(
        [
            html.Div(
                [
                    html.Span(
                        measured_text(kpi.headline.now, kpi.headline.unit),
                        className="figure-number too-few-value"
                        if kpi.headline.now.state == "too_few"
                        else "figure-number",
                        title=hover_text(kpi.headline.now, kpi.headline.unit),
                    ),
                    html.Span(indicator_word(kpi.headline.code), className="kpi-what"),
                    _too_few(kpi.headline),
                    target_mark(kpi.headline),
                ],
                className="kpi-line",
            ),
            _changes(kpi.headline),
            trend_bars(kpi.trend, kpi.headline, kpi.step, word=_trend_word(kpi)),
            html.Dl(
                [part for one in _rest(kpi) for part in _row(one)],
                className="kpi-rows",
            ),
            html.P(maturity_words(kpi), className="maturity"),
        ],
        className="chart-view",
    )
    return [drawn, html.Div(_table(kpi), className="table-view")]


def _rest(kpi: Kpi) -> Sequence[Indicator]:
    return kpi.indicators[1:]


def _empty_words(kpi: Kpi) -> str:
    """What to do where there is nothing to show; empty otherwise."""
    if kpi.code == "users":
        if kpi.headline.now.state == "none" and kpi.indicators[-1].now.state == "none":
            return _(
                "Of this period no app has told how many people use it. Apps report each day by "
                "themselves once they are set up."
            )
        return ""
    if kpi.code == "officers":
        judged = kpi.maturity["better"] + kpi.maturity["as_expected"] + kpi.maturity["worse"]
        if judged:
            return ""
        return no_unit_words()
    if not kpi.maturity.get("received"):
        return _("No complaints match these filters. Widen the period or reset the filters.")
    if kpi.code == "satisfaction" and kpi.headline.now.state == "none":
        return _("Nobody has rated a solution here yet. Apps ask for stars when one is closed.")
    return ""


def _too_few(one: Indicator) -> html.Span | None:
    if one.now.state != "too_few":
        return None
    words = _("n {n}: too few").format(n=format_number(one.now.n))
    return html.Span(words, className="kpi-few")


def _changes(one: Indicator) -> html.Div:
    found = []
    for word, change in ((_("period before"), one.before), (_("a year ago"), one.year)):
        span = change_span(one, change, word)
        if span is not None:
            found.append(html.Span([span, html.Span(f" {word}", className="change-word")]))
    return html.Div(found, className="kpi-changes")


def _row(one: Indicator) -> tuple[html.Dt, html.Dd]:
    return (
        html.Dt(indicator_word(one.code)),
        html.Dd(
            [
                html.Span(
                    measured_text(one.now, one.unit),
                    className="kpi-value too-few-value"
                    if one.now.state == "too_few"
                    else "kpi-value",
                    title=hover_text(one.now, one.unit),
                ),
                change_span(one, one.before, _("period before")),
                target_mark(one),
            ]
        ),
    )


def trend_bars(points: Sequence[Point], one: Indicator, step: str, *, word: str) -> Any:
    """Bars from zero, the newest right; the target as a line. Parts of a step are paler."""
    known = [point.value.value for point in points if point.value.value is not None]
    if not known:
        return None
    scaled = [*known, one.target] if one.target is not None and one.unit != "count" else known
    top = max(scaled) or 1.0
    bars = [
        html.Span(
            html.Span(
                className="trend-fill",
                style={"height": f"{100 * (point.value.value or 0.0) / top:.1f}%"},
            ),
            className="trend-bar" if point.is_whole else "trend-bar partial",
            title=_point_words(point, one.unit),
        )
        for point in points
    ]
    target = None
    if one.target is not None and one.unit != "count":
        target = html.Span(
            className="trend-target", style={"bottom": f"{100 * one.target / top:.1f}%"}
        )
    return html.Div(
        [
            html.Div([*bars, target], className="trend-bars", role="img", **{"aria-label": word}),
            html.Div(
                [
                    html.Span(format_short_date(points[0].start)),
                    html.Span(word),
                ],
                className="trend-scale",
            ),
        ],
        className="trend",
    )


def _point_words(point: Point, unit: str) -> str:
    dates = format_date_range(point.start, point.end)
    words = f"{dates}: {hover_text(point.value, unit)}"
    return words if point.is_whole else f"{words} ({_('not whole')})"


def _trend_word(kpi: Kpi) -> str:
    what = indicator_word("active_a_day") if kpi.code == "users" else ""
    step = {"week": _("by week"), "month": _("by month")}[kpi.step]
    return f"{what} {step}".strip()


def _table(kpi: Kpi) -> list[Any]:
    rows = [
        [
            indicator_word(one.code),
            measured_text(one.now, one.unit),
            bounds_text(one.now, one.unit) or NOTHING,
            format_number(one.now.n),
            NOTHING if one.target is None else value_text(one.target, one.unit),
            _was(one.before, one),
            _was(one.year, one),
        ]
        for one in kpi.indicators
    ]
    heads = [
        _("Figure"),
        _("Now"),
        "95%",
        "n",
        _("Target"),
        _("Period before"),
        _("A year ago"),
    ]
    trend = [
        [
            format_date_range(point.start, point.end),
            measured_text(point.value, kpi.headline.unit),
            format_number(point.value.n),
        ]
        for point in reversed(kpi.trend)
    ]
    return [
        table(heads, rows, caption=_("Figures with their intervals")),
        table([_("Time"), _trend_word(kpi), "n"], trend, caption=_("Trend")),
        html.P(maturity_words(kpi), className="note"),
    ]


def _was(change: Change | None, one: Indicator) -> str:
    if change is None:
        return NOTHING
    was = measured_text(change.was, one.unit)
    if change.change is None:
        return was
    return f"{was} ({difference_text(change.change, one.unit, change.was.value)})"
