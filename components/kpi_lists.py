"""Lists of the KPI page whose rows are bars: what got worse, promises, backlog, units."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.channel_tables import table
from components.kpi_format import bounds_text, difference_text, hover_text, measured_text
from data.i18n import NOTHING, format_duration, format_number, format_percent, ngettext
from data.i18n import gettext as _
from data.reference import Reference
from queries.kpi.backlog import Age, Backlog
from queries.kpi.officers import UnitResult
from queries.kpi.services import Promises, ServicePromise
from queries.kpi.worse import Shift, Shifts, Worse

_UNITS_SHOWN = 8
# Rows that assets/52-kpi-print.css leaves on paper.
_PROMISES_PRINTED, _SHIFTS_PRINTED, _UNITS_PRINTED = 10, 5, 4
_WIDEST_RATIO = 4.0


def both(drawn: Any, numbers: Any) -> list[Any]:
    """What is drawn, and the same as a table."""
    return [
        html.Div(drawn, className="chart-view"),
        html.Div(numbers, className="table-view"),
    ]


def _on_paper(rows: int, printed: int) -> html.P | None:
    """Said only there, where the list is cut."""
    if rows <= printed:
        return None
    words = _("The first {n} of {all}; the page has them all.").format(
        n=format_number(printed), all=format_number(rows)
    )
    return html.P(words, className="note print-note")


def worse_list(found: Worse, reference: Reference, language: str) -> list[Any]:
    """Falls as bars with their intervals; what is within chance is counted."""
    if found.districts is None or found.services is None:
        return [
            html.P(
                _("Nothing to compare with: choose a period that has another before it."),
                className="empty-note",
            )
        ]
    parts = []
    for shifts in (found.districts, found.services):
        parts.append(_shifts(shifts, kind_word(shifts.kind, reference, language)))
    rows = [
        _shift_row(one)
        for shifts in (found.districts, found.services)
        for one in (*shifts.worse, *shifts.better)
    ]
    heads = [_("Name"), _("Now"), _("Before"), _("Change"), "95%", "n"]
    numbers = table(heads, rows, caption=_("Changes beyond chance"))
    return both(html.Div(parts, className="shift-columns"), numbers)


def kind_word(kind: str, reference: Reference, language: str) -> str:
    """'Services', or the name of a level."""
    if kind == "service":
        return _("Services")
    level = next(level for level in reference.city.levels if level.id == kind)
    return reference.language_text(level.names, language)


def _shifts(shifts: Shifts, title: str) -> html.Div:
    data = "data-toggle-service" if shifts.kind == "service" else "data-drill"
    widest = max(
        (abs(bound) for one in shifts.worse for bound in (one.change.low or 0, 0.05)), default=0.1
    )
    rows: list[Any] = [_shift_bar(one, widest, data) for one in shifts.worse]
    if not rows:
        rows = [html.P(_("None got worse beyond chance."), className="empty-note")]
    note = _("{better} better · {unsure} within chance · {few} with too few").format(
        better=format_number(len(shifts.better)),
        unsure=format_number(shifts.unsure),
        few=format_number(shifts.too_few),
    )
    return html.Div(
        [
            html.H4(title),
            html.Div(rows, className="kpi-bars"),
            _on_paper(len(shifts.worse), _SHIFTS_PRINTED),
            html.P(note, className="note"),
        ]
    )


def _shift_bar(one: Shift, widest: float, data: str) -> html.Button:
    change = one.change
    fall, least, most = (-(value or 0.0) for value in (change.change, change.high, change.low))
    text = difference_text(change.change, "share")
    title = (
        f"{one.name}: {hover_text(one.now, 'share')} · {text} (95% "
        f"{difference_text(change.low, 'share')} – {difference_text(change.high, 'share')})"
    )
    return html.Button(
        [
            html.Span(one.name, className="bar-name"),
            html.Span(text, className="bar-number worse"),
            html.Span(
                [
                    html.Span(
                        className="bar-fill worse-fill", style={"width": f"{_of(fall, widest)}%"}
                    ),
                    _interval(least / widest, most / widest),
                ],
                className="bar-track",
            ),
        ],
        type="button",
        className="bar",
        title=title,
        **{data: one.code},
    )


def _shift_row(one: Shift) -> list[str]:
    change = one.change
    return [
        one.name,
        measured_text(one.now, "share"),
        measured_text(change.was, "share"),
        difference_text(change.change, "share"),
        f"{difference_text(change.low, 'share')} – {difference_text(change.high, 'share')}",
        f"{format_number(one.now.n)} / {format_number(change.was.n)}",
    ]


def promise_list(found: Promises, chosen: Sequence[str]) -> list[Any]:
    """Share kept of each service, least first, against the target."""
    if found.all.state == "none":
        return [html.P(_("Nothing was due yet."), className="empty-note")]
    bars = [_promise_bar(one, found.target, one.code in chosen) for one in found.rows]
    total = _("All: {share} of {n} due").format(
        share=format_percent(found.all.value), n=format_number(found.all.n)
    )
    if found.target is not None:
        total += " · " + _("the line is the target, {share}").format(
            share=format_percent(found.target, 0)
        )
    rows = [
        [
            one.name,
            measured_text(one.on_time, "share"),
            bounds_text(one.on_time, "share") or NOTHING,
            format_number(one.on_time.n),
            format_number(one.not_due),
            format_duration(None if one.hours is None else one.hours * 3600),
        ]
        for one in found.rows
    ]
    heads = [_("Service"), _("On time"), "95%", _("Due"), _("Not yet due"), _("Allowed")]
    return both(
        [
            html.P(total, className="note"),
            html.Div(bars, className="kpi-bars bars"),
            _on_paper(len(bars), _PROMISES_PRINTED),
        ],
        table(heads, rows, caption=_("Resolved on time, by service")),
    )


def _promise_bar(one: ServicePromise, target: float | None, is_chosen: bool) -> html.Button:
    found = one.on_time
    marks = []
    if found.state == "ok" and found.low is not None and found.high is not None:
        marks.append(_interval(found.low, found.high))
    if target is not None:
        marks.append(html.Span(className="bar-target", style={"left": f"{100 * target:.1f}%"}))
    number = measured_text(found, "share")
    if found.state == "too_few":
        number = _("{n} due: too few").format(n=format_number(found.n))
    is_few = found.state != "ok"
    return html.Button(
        [
            html.Span(one.name, className="bar-name"),
            html.Span(number, className="bar-number"),
            html.Span(
                [
                    html.Span(
                        className="bar-fill hollow" if is_few else "bar-fill",
                        style={"width": f"{_of(found.value or 0.0, 1.0)}%"},
                    ),
                    *marks,
                ],
                className="bar-track",
            ),
        ],
        type="button",
        className="bar chosen" if is_chosen else "bar",
        title=f"{one.name}: {hover_text(found, 'share')}",
        **{"data-toggle-service": one.code, "aria-pressed": "true" if is_chosen else "false"},
    )


def backlog_bars(found: Backlog) -> list[Any]:
    """Open complaints by age; what is overdue is hatched as well as red."""
    if not found.open:
        return [html.P(_("Nothing is open."), className="empty-note")]
    top = max(age.open for age in found.ages)
    bars = [
        html.Div(
            [
                html.Span(age_word(age), className="bar-name"),
                html.Span(
                    [
                        format_number(age.open),
                        html.Span(
                            _("{n} overdue").format(n=format_number(age.overdue))
                            if age.overdue
                            else "",
                            className="overdue-number",
                        ),
                    ],
                    className="bar-number",
                ),
                html.Span(
                    [
                        html.Span(
                            className="bar-fill overdue-fill",
                            style={"width": f"{_of(age.overdue, top)}%"},
                        ),
                        html.Span(
                            className="bar-fill",
                            style={"width": f"{_of(age.open - age.overdue, top)}%"},
                        ),
                    ],
                    className="bar-track stacked",
                ),
            ],
            className="bar still",
        )
        for age in found.ages
    ]
    total = _("{n} open, {overdue} overdue; {share} of those received").format(
        n=format_number(found.open),
        overdue=format_number(found.overdue),
        share=format_percent(found.open / max(found.received, 1)),
    )
    rows = [
        [age_word(age), format_number(age.open), format_number(age.overdue)] for age in found.ages
    ]
    return both(
        [html.P(total, className="note"), html.Div(bars, className="kpi-bars")],
        table([_("Age"), _("Open"), _("Overdue")], rows, caption=_("Still open, by age")),
    )


def age_word(age: Age) -> str:
    if age.from_days == 0:
        return ngettext("under {n} day", "under {n} days", age.to_days or 1).format(
            n=format_number(age.to_days)
        )
    if age.to_days is None:
        return _("{n} days and more").format(n=format_number(age.from_days))
    return _("{from_days}–{to_days} days").format(
        from_days=format_number(age.from_days), to_days=format_number(age.to_days)
    )


def unit_list(found: Sequence[UnitResult]) -> list[Any]:
    """Those outside what is predicted, on a scale where 1 is as predicted."""
    judged = [one for one in found if one.place != "too_few"]
    if not judged:
        return [
            html.P(
                _("No unit has 20 cases due here. Widen the period or the districts."),
                className="empty-note",
            )
        ]
    outside = [one for one in judged if one.place != "as_expected"]
    groups = [
        (_("More late than predicted"), [one for one in outside if one.place == "worse"]),
        (_("Fewer late than predicted"), [one for one in outside if one.place == "better"]),
    ]
    parts: list[Any] = []
    for title, units in groups:
        rows: list[Any] = [_unit_bar(one) for one in units[:_UNITS_SHOWN]]
        if len(units) > _UNITS_SHOWN:
            more = _("{n} more in the table").format(n=format_number(len(units) - _UNITS_SHOWN))
            rows.append(html.P(more, className="note screen-note"))
        if not units:
            rows = [html.P(_("None beyond chance."), className="empty-note")]
        paper = _on_paper(len(units), _UNITS_PRINTED)
        parts.append(html.Div([html.H4(title), html.Div(rows, className="kpi-bars"), paper]))
    heads = [_("Unit"), _("Due"), _("Late"), _("Predicted"), _("Ratio"), "95%", _("Judged")]
    rows = [_unit_row(one) for one in found]
    return both(
        html.Div(parts, className="shift-columns"),
        table(heads, rows, caption=_("Units against their case mix")),
    )


def place_word(place: str) -> str:
    return {
        "worse": _("above"),
        "better": _("below"),
        "as_expected": _("inside"),
        "too_few": _("too few"),
    }[place]


def _unit_row(one: UnitResult) -> list[str]:
    ratio = one.late
    bounds = NOTHING
    if ratio.low is not None:
        bounds = f"{format_number(ratio.low, 2)} – {format_number(ratio.high, 2)}"
    return [
        one.unit.name,
        format_number(one.due),
        format_number(one.observed),
        format_number(one.expected, 1),
        format_number(ratio.value, 2),
        bounds,
        place_word(one.place),
    ]


def _unit_bar(one: UnitResult) -> html.Button:
    ratio = one.late
    scale = _WIDEST_RATIO
    tone = "worse" if one.place == "worse" else "better"
    value, low, high = (min(v or 0.0, scale) / scale for v in (ratio.value, ratio.low, ratio.high))
    return html.Button(
        [
            html.Span(one.unit.name, className="bar-name"),
            html.Span(
                f"{format_number(ratio.value, 2)} × · n\N{NO-BREAK SPACE}{format_number(one.due)}",
                className="bar-number",
            ),
            html.Span(
                [
                    html.Span(className="bar-target", style={"left": f"{100 / scale:.1f}%"}),
                    _interval(low, high),
                    html.Span(
                        className=f"bar-dot {tone}-dot", style={"left": f"{100 * value:.1f}%"}
                    ),
                ],
                className="bar-track dotted",
            ),
        ],
        type="button",
        className="bar",
        title=_("{unit}: {observed} late, {expected} predicted, {due} due").format(
            unit=one.unit.name,
            observed=format_number(one.observed),
            expected=format_number(one.expected, 1),
            due=format_number(one.due),
        ),
        **{"data-toggle-unit": one.unit.code},
    )


def _interval(low: float, high: float) -> html.Span:
    low, high = max(low, 0.0), min(high, 1.0)
    return html.Span(
        className="bar-interval",
        style={"left": f"{100 * low:.1f}%", "width": f"{100 * max(high - low, 0.002):.1f}%"},
    )


def _of(part: float, whole: float) -> str:
    return f"{100 * min(part / whole, 1.0):.1f}"
