"""All editions by month, and the countdown to the next one."""

from collections.abc import Sequence
from itertools import groupby

from dash import html

from components.report_words import (
    ShownEdition,
    due_date_words,
    due_words,
    maturity_words,
    objection_words,
    state_mark,
)
from data.evaluation.authors import author_text
from data.i18n import gettext as _
from queries.evaluation.due import Due


def reports_list(
    shown: Sequence[ShownEdition],
    due: Due,
    due_month: str,
    *,
    is_demo: bool,
    has_complaints: bool = True,
) -> html.Div:
    """`shown` newest month first; `due_month` is the month of `due` in words.

    `has_complaints`: whether any was received in that month; else nothing of it is due.
    """
    of_month = [one for one in shown if one.edition.month == due.month]
    months = [
        _month(list(editions))
        for _month_code, editions in groupby(shown, key=lambda one: one.edition.month)
    ]
    return html.Div(
        [
            _countdown(of_month, due, due_month)
            if of_month or has_complaints
            else _nothing_due(due_month),
            html.P(_("These are evaluations of demo data, made up."), className="note")
            if is_demo
            else None,
            *(months or [_empty()]),
        ],
        className="reports",
    )


def _countdown(of_month: Sequence[ShownEdition], due: Due, month: str) -> html.Section:
    """Of the month that ended last."""
    issued = next((one for one in of_month if one.edition.issue is not None), None)
    if issued is not None:
        figure, words = (
            "✓",
            _("issued on {instant}").format(
                instant=issued.when(issued.edition.issue.at)  # type: ignore[union-attr]
            ),
        )
    else:
        figure, words = due_words(due), due_date_words(due)
    newest = issued or (of_month[0] if of_month else None)
    is_late = issued is None and due.working_days_left < 0
    return html.Section(
        [
            html.Div(
                [
                    html.H3(month),
                    html.P(
                        state_mark(newest.edition.state)
                        if newest
                        else _("not drafted yet; that happens by itself after the month’s end"),
                        className="note",
                    ),
                ]
            ),
            html.Div(
                [
                    html.Span(
                        [html.Span("▲ ", **{"aria-hidden": "true"}) if is_late else None, figure],
                        className="countdown-number",
                    ),
                    html.Span(words, className="note"),
                ],
                className="countdown-figure",
            ),
            html.P(
                html.A(
                    _("Look at it"), href=f"/reports/{newest.edition.id}", **{"data-page": "report"}
                )
            )
            if newest
            else None,
        ],
        className="sheet countdown late" if is_late else "sheet countdown",
    )


def _nothing_due(month: str) -> html.Section:
    words = _("no complaint was received in this month, so there is nothing to evaluate")
    return html.Section(
        html.Div([html.H3(month), html.P(words, className="note")]), className="sheet countdown"
    )


def _month(editions: Sequence[ShownEdition]) -> html.Section:
    heads = [
        *(_("Edition"), _("State"), _("Seen as of"), _("Maturity")),
        *(_("Objections"), _("Method"), _("Fingerprint")),
    ]
    matured = len({one.edition.seen_at for one in editions}) > 1
    return html.Section(
        [
            html.H3(editions[0].month),
            html.P(
                _(
                    "The month was looked at from several instants. A later look knows how more "
                    "complaints ended, so its figures are others: compare them, and see what was "
                    "open at each."
                ),
                className="note",
            )
            if matured
            else None,
            html.Table(
                [
                    html.Caption(
                        _("Editions of {month}").format(month=editions[0].month),
                        className="visually-hidden",
                    ),
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody([_row(one, editions, heads) for one in editions]),
                ],
                className="reports-table",
            ),
        ],
        className="report-month",
        key=editions[0].edition.month,
    )


def _row(one: ShownEdition, of_month: Sequence[ShownEdition], heads: Sequence[str]) -> html.Tr:
    edition = one.edition
    before = next((o for o in of_month if o.edition.id < edition.id), None)
    name = html.Div(
        [
            html.A(one.title, href=f"/reports/{edition.id}", **{"data-page": "report"}),
            html.Div(
                html.A(
                    _("what changed since {title}").format(title=before.title),
                    href=f"/reports/{edition.id}/{before.edition.id}",
                    **{"data-page": "report"},
                ),
                className="note report-since",
            )
            if before
            else None,
            html.Div(edition.reason, className="note report-reason") if edition.reason else None,
        ]
    )
    cells = [
        [state_mark(edition.state), html.Div(_who(one), className="note")],
        one.seen,
        maturity_words(edition),
        objection_words(edition),
        edition.method,
        html.Code(edition.sha256[:12], title=edition.sha256),
    ]
    return html.Tr(
        [
            html.Th(name, scope="row"),
            *(
                html.Td(html.Div(cell), **{"data-label": head})
                for cell, head in zip(cells, heads[1:], strict=True)
            ),
        ],
        key=str(edition.id),
    )


def _who(one: ShownEdition) -> str:
    edition = one.edition
    if edition.issue is not None:
        return _("by {name}, {instant}").format(
            name=edition.issue.by, instant=one.when(edition.issue.at)
        )
    return _("by {name}, {instant}").format(
        name=author_text(edition.drafted_by), instant=one.when(edition.drafted_at)
    )


def _empty() -> html.Div:
    return html.Div(
        [
            html.P(_("No month is evaluated yet.")),
            html.P(
                [
                    _("The first draft comes by itself after the month’s end. By hand:"),
                    " ",
                    html.Code("flask evaluation draft --month 2026-10 --by NAME"),
                ]
            ),
        ],
        className="empty-note",
    )
