"""Lists of the KPI page whose rows are bars: what got worse, promises, backlog."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.channel_tables import table
from components.kpi_bars import both, interval_mark, on_paper, percent_of
from components.kpi_format import bounds_text, difference_text, hover_text, measured_text
from data.i18n import NOTHING, format_duration, format_number, format_percent, ngettext
from data.i18n import gettext as _
from data.reference import Reference
from queries.kpi.backlog import Age, Backlog
from queries.kpi.services import Promises, ServicePromise
from queries.kpi.worse import Shift, Shifts, Worse

# Rows that assets/52-print.css leaves on paper.
_PROMISES_PRINTED, _SHIFTS_PRINTED = 10, 5


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
    note = _(
        "{n} compared: {better} better · {unsure} within chance; {few} more with too few"
    ).format(
        n=format_number(shifts.compared),
        better=format_number(len(shifts.better)),
        unsure=format_number(shifts.unsure),
        few=format_number(shifts.too_few),
    )
    return html.Div(
        [
            html.H4(title),
            html.Div(rows, className="kpi-bars"),
            on_paper(len(shifts.worse), _SHIFTS_PRINTED),
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
                        className="bar-fill worse-fill",
                        style={"width": f"{percent_of(fall, widest)}%"},
                    ),
                    interval_mark(least / widest, most / widest),
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
            on_paper(len(bars), _PROMISES_PRINTED),
        ],
        table(heads, rows, caption=_("Resolved on time, by service")),
    )


def _promise_bar(one: ServicePromise, target: float | None, is_chosen: bool) -> html.Button:
    found = one.on_time
    marks = []
    if found.state == "ok" and found.low is not None and found.high is not None:
        marks.append(interval_mark(found.low, found.high))
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
                        style={"width": f"{percent_of(found.value or 0.0, 1.0)}%"},
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
                            style={"width": f"{percent_of(age.overdue, top)}%"},
                        ),
                        html.Span(
                            className="bar-fill",
                            style={"width": f"{percent_of(age.open - age.overdue, top)}%"},
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
