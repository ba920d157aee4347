"""What stands above an edition, and above two of them side by side."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.report_words import ShownEdition, maturity_words, objection_words, state_mark
from data.evaluation.authors import author_text
from data.evaluation.editions import Edition
from data.i18n import gettext as _


def edition_head(shown: ShownEdition, others: Sequence[ShownEdition]) -> html.Header:
    edition = shown.edition
    issue = edition.issue
    facts = [
        (_("Seen as of"), shown.seen),
        (_("Maturity"), maturity_words(edition)),
        (_("Drafted"), f"{author_text(edition.drafted_by)}, {shown.when(edition.drafted_at)}"),
        *([(_("Issued"), f"{issue.by}, {shown.when(issue.at)}")] if issue else []),
        (_("Objections"), objection_words(edition)),
        (_("Method"), edition.method),
        (_("Fingerprint of the figures (SHA-256)"), html.Code(edition.sha256)),
        *([(_("What is new"), edition.reason)] if edition.reason else []),
    ]
    links = [
        html.A(
            _("what changed since {title}, seen {instant}").format(
                title=other.title, instant=other.seen
            ),
            href=f"/reports/{edition.id}/{other.edition.id}",
            **{"data-page": "report"},
        )
        for other in others
        if other.edition.id < edition.id
    ]
    newer = [other for other in others if other.edition.id > edition.id]
    return html.Header(
        [
            html.H2(f"{shown.month} · {shown.title}"),
            html.P(state_mark(edition.state)),
            html.P(
                [
                    _("There is a newer one:"),
                    " ",
                    html.A(
                        newer[0].title,
                        href=f"/reports/{newer[0].edition.id}",
                        **{"data-page": "report"},
                    ),
                ],
                className="report-newer",
            )
            if newer
            else None,
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts",
            ),
            html.Ul([html.Li(link) for link in links], className="report-links") if links else None,
        ],
        className="article-head",
    )


def comparison_head(old: ShownEdition, new: ShownEdition) -> list[Any]:
    return [
        html.Header(
            [
                html.H2(
                    _("{month}: {before} and {after}").format(
                        month=new.month, before=old.title, after=new.title
                    )
                ),
                *(
                    html.P(
                        [
                            html.A(
                                one.title,
                                href=f"/reports/{one.edition.id}",
                                **{"data-page": "report"},
                            ),
                            ", ",
                            _("seen as of {instant}").format(instant=one.seen),
                            ": ",
                            maturity_words(one.edition),
                        ]
                    )
                    for one in (old, new)
                ),
                html.P(new.edition.reason, className="report-reason")
                if new.edition.reason
                else None,
            ]
        )
    ]


def comparison_note(old: Edition, new: Edition) -> html.P:
    """Why figures differ, where some do."""
    words = (
        _(
            "The two look from the same instant. What differs was recorded later of earlier days, "
            "or comes from corrected inputs."
        )
        if old.seen_at == new.seen_at
        else _(
            "The two look from different instants: more complaints have ended by the later one, "
            "and that alone changes figures."
        )
    )
    return html.P(words, className="note")
