"""The hours of the week as a grid of tones."""

from datetime import date, timedelta
from typing import Any

from babel import dates as babel_dates
from dash import html

from components.channel_tables import table
from components.kpi_lists import both
from data.i18n import current_language, format_number
from data.i18n import gettext as _
from queries.kpi.times import Hours

_MONDAY = date(2024, 1, 1)
_EVERY = 3  # hours that are named


def hours_grid(found: Hours) -> list[Any]:
    """The strongest tone is the busiest hour; each cell says its number."""
    means = [[found.mean(day, hour) for hour in range(24)] for day in range(7)]
    top = max(max(row) for row in means)
    if not top:
        return [html.P(_("Nothing to count here."), className="empty-note")]
    head = [html.Span(className="hour-day")] + [
        html.Span(f"{hour:02d}" if hour % _EVERY == 0 else "", className="hour-name")
        for hour in range(24)
    ]
    rows = [
        part
        for day in range(7)
        for part in (
            html.Span(day_word(day, "abbreviated"), className="hour-day"),
            *(_cell(day, hour, means[day][hour], top) for hour in range(24)),
        )
    ]
    peak = max(
        ((day, hour) for day in range(7) for hour in range(24)), key=lambda p: means[p[0]][p[1]]
    )
    words = _("Most on {day} from {hour}:00: {n} an hour").format(
        day=day_word(peak[0], "wide"), hour=f"{peak[1]:02d}", n=_rate(top)
    )
    heads = [_("Hour"), *(day_word(day, "abbreviated") for day in range(7))]
    numbers = [
        [f"{hour:02d}:00", *(_rate(means[day][hour]) for day in range(7))] for hour in range(24)
    ]
    return both(
        [
            html.P(words, className="note"),
            html.Div([*head, *rows], className="hours", role="img", **{"aria-label": words}),
        ],
        table(heads, numbers, caption=_("Complaints an hour, by weekday")),
    )


def day_word(day: int, width: str) -> str:
    """0 is Monday."""
    pattern = "ccc" if width == "abbreviated" else "cccc"
    moment = _MONDAY + timedelta(days=day)
    return str(babel_dates.format_date(moment, pattern, locale=current_language()))


def _rate(mean: float) -> str:
    return format_number(mean, 1 if mean >= 1 or not mean else 2)


def _cell(day: int, hour: int, mean: float, top: float) -> html.Span:
    return html.Span(
        className="hour-cell",
        style={
            "background": f"color-mix(in srgb, var(--accent) {100 * mean / top:.0f}%, var(--cell))"
        },
        title=_("{day} {hour}:00: {n} an hour").format(
            day=day_word(day, "wide"), hour=f"{hour:02d}", n=_rate(mean)
        ),
    )
