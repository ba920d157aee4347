"""Units against their case mix: a dot each, beside what chance alone would do to the city."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.channel_tables import table
from components.kpi_bars import both, on_paper
from data.i18n import NOTHING, format_number
from data.i18n import gettext as _
from queries.kpi.officers import UnitResult
from queries.kpi.unit_cases import newest_method

_SHOWN = 8
_PRINTED = 4  # rows that assets/52-print.css leaves on paper
_WIDEST = 2.0  # ratios from 0 to this, 1 in the middle


def unit_list(found: Sequence[UnitResult]) -> list[Any]:
    """Those that differ from the city beyond chance, farthest first; all of them as a table."""
    if not any(one.differs for one in found):
        return [html.P(no_unit_words(), className="empty-note")]
    groups = (
        (_("Fewer on time than predicted"), "worse"),
        (_("More on time than predicted"), "better"),
    )
    parts = [
        _group(title, [one for one in found if one.differs == differs]) for title, differs in groups
    ]
    heads = [
        _("Unit"),
        _("Due"),
        _("On time"),
        _("Predicted"),
        _("Ratio"),
        "95%",
        _("Chance, 99.8%"),
        _("Judged"),
    ]
    return both(
        html.Div(parts, className="shift-columns"),
        table(heads, [_row(one) for one in found], caption=_("Units against their case mix")),
    )


def no_unit_words() -> str:
    return _(
        "Nobody is judged here: it takes {n} cases of a unit's own, of services that others have "
        "as well. Widen the period, the services or the districts."
    ).format(n=format_number(newest_method().min_ranked))


def _group(title: str, units: Sequence[UnitResult]) -> html.Div:
    rows: list[Any] = [_dot(one) for one in units[:_SHOWN]]
    if len(units) > _SHOWN:
        more = _("{n} more in the table").format(n=format_number(len(units) - _SHOWN))
        rows.append(html.P(more, className="note screen-note"))
    if not units:
        rows = [html.P(_("None beyond chance."), className="empty-note")]
    return html.Div(
        [
            html.H4(title),
            html.Div(rows, className="kpi-bars"),
            on_paper(len(units), _PRINTED),
        ]
    )


def differs_word(differs: str | None) -> str:
    if differs is None:
        return _("too few cases")
    return {
        "worse": _("worse than the city"),
        "better": _("better than the city"),
        "as_expected": _("as the city"),
        "no_other": _("no other to compare with"),
    }[differs]


def _row(one: UnitResult) -> list[str]:
    return [
        one.unit.name,
        format_number(one.due),
        format_number(one.observed),
        format_number(one.expected, 1),
        format_number(one.ratio.value, 2),
        _between(one.ratio.low, one.ratio.high),
        _between(one.low998, one.high998),
        differs_word(one.differs),
    ]


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NOTHING
    return f"{format_number(low, 2)} – {format_number(high, 2)}"


def _dot(one: UnitResult) -> html.Button:
    tone = "worse" if one.differs == "worse" else "better"
    at = _percent(one.ratio.value or 0.0)
    low, high = _percent(one.low998 or 0.0), _percent(one.high998 or 0.0)
    return html.Button(
        [
            html.Span(one.unit.name, className="bar-name"),
            html.Span(
                f"{format_number(one.ratio.value, 2)} × · "
                f"n\N{NO-BREAK SPACE}{format_number(one.due)}",
                className="bar-number",
            ),
            html.Span(
                [
                    html.Span(
                        className="bar-band",
                        style={"left": f"{low:.1f}%", "width": f"{high - low:.1f}%"},
                    ),
                    html.Span(className="bar-target", style={"left": f"{_percent(1.0):.1f}%"}),
                    html.Span(className=f"bar-dot {tone}-dot", style={"left": f"{at:.1f}%"}),
                ],
                className="bar-track dotted",
            ),
        ],
        type="button",
        className="bar",
        title=_(
            "{unit}: {observed} of {due} on time, {expected} predicted; by chance {low} to {high}"
        ).format(
            unit=one.unit.name,
            observed=format_number(one.observed),
            due=format_number(one.due),
            expected=format_number(one.expected, 1),
            low=format_number((one.low998 or 0.0) * one.expected, 1),
            high=format_number((one.high998 or 0.0) * one.expected, 1),
        ),
        **{"data-toggle-unit": one.unit.code},
    )


def _percent(ratio: float) -> float:
    return 100 * min(ratio, _WIDEST) / _WIDEST
