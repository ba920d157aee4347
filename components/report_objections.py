"""Objections to an edition with their answers, and the form that brings one."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.plain import plain, select_field, text_field
from components.report_words import ShownEdition
from data.evaluation.objections import LONGEST_TEXT, Objection
from data.evaluation.tables import LONGEST_NAME
from data.i18n import gettext as _


def objections_view(
    shown: ShownEdition, names: dict[str, str], others: Sequence[ShownEdition]
) -> html.Div:
    """`names` of units and officers by code; `others` of the month, whose objections count too."""
    mine = [_objection(one, shown, names) for one in shown.edition.objections]
    theirs = [
        html.Section(
            [
                html.H4(_("To {title}").format(title=other.title)),
                *(_objection(one, other, names) for one in other.edition.objections),
            ]
        )
        for other in others
        if other.edition.objections
    ]
    nothing = html.P(_("Nobody has objected."), className="note")
    return html.Div([*mine, *theirs] or [nothing], className="objections")


def objection_form(shown: ShownEdition, names: dict[str, str]) -> Any:
    """Sent by assets/74-reports.js."""
    subjects = [("", _("the whole edition")), *sorted(names.items(), key=lambda one: one[1])]
    return plain(
        "form",
        [
            html.P(
                _(
                    "There is no sign-in yet: your name is shown as you type it, and as not "
                    "verified. What is sent is kept and cannot be taken back."
                ),
                className="note",
            ),
            html.Div(
                [
                    text_field(
                        _("Name and post"),
                        name="by",
                        maxLength=str(LONGEST_NAME),
                        required=True,
                        autoComplete="name",
                    ),
                    select_field(_("About"), subjects, name="subject"),
                ],
                className="field-row",
            ),
            text_field(
                _("What is wrong, and which cases show it"),
                name="text",
                long=True,
                maxLength=str(LONGEST_TEXT),
                required=True,
            ),
            html.Div(
                [
                    html.Span(className="form-said", role="alert"),
                    html.Button(_("Object"), type="submit", className="button"),
                ],
                className="dialog-foot",
            ),
        ],
        className="objection-form",
        **{"data-report-objection": str(shown.edition.id)},
    )


def _objection(one: Objection, shown: ShownEdition, names: dict[str, str]) -> html.Article:
    about = names.get(one.subject or "", one.subject) if one.subject else _("the whole edition")
    answer = one.answer
    return html.Article(
        [
            html.P(
                [
                    html.Strong(f"#{one.id} {about}"),
                    html.Span(
                        _("{name} (not verified), {instant}").format(
                            name=one.by, instant=shown.when(one.at)
                        ),
                        className="note",
                    ),
                ],
                className="objection-head",
            ),
            html.P(one.text, className="description"),
            html.Div(
                [
                    html.P(
                        [
                            html.Strong(_("Answer")),
                            html.Span(
                                _("{name}, {instant}").format(
                                    name=answer.by, instant=shown.when(answer.at)
                                ),
                                className="note",
                            ),
                        ],
                        className="objection-head",
                    ),
                    html.P(answer.text, className="description"),
                ],
                className="objection-answer",
            )
            if answer
            else html.P(["◆ ", _("no answer yet")], className="note"),
        ],
        className="objection",
        key=str(one.id),
    )
