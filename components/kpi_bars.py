"""What the lists of bars on the KPI page have in common."""

from typing import Any

from dash import html

from data.i18n import format_number
from data.i18n import gettext as _


def both(drawn: Any, numbers: Any) -> list[Any]:
    """What is drawn, and the same as a table."""
    return [
        html.Div(drawn, className="chart-view"),
        html.Div(numbers, className="table-view"),
    ]


def on_paper(rows: int, printed: int) -> html.P | None:
    """Said only there, where the list is cut."""
    if rows <= printed:
        return None
    words = _("The first {n} of {all}; all of them are on the screen.").format(
        n=format_number(printed), all=format_number(rows)
    )
    return html.P(words, className="note print-note")


def interval_mark(low: float, high: float) -> html.Span:
    low, high = max(low, 0.0), min(high, 1.0)
    return html.Span(
        className="bar-interval",
        style={"left": f"{100 * low:.1f}%", "width": f"{100 * max(high - low, 0.002):.1f}%"},
    )


def percent_of(part: float, whole: float) -> str:
    return f"{100 * min(part / whole, 1.0):.1f}"
