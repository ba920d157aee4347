"""Problems that several people report: the list of the largest, and the others of one complaint."""

from datetime import datetime

import pandas as pd
from dash import html

from components.basics import status_mark
from data.i18n import current_language, format_duration, format_instant, format_number, ngettext
from data.i18n import gettext as _
from data.reference import Reference
from queries.repeats import Repeated


def people_words(people: int, reports: int) -> str:
    """'7 people report this'; where one person wrote again and again, that."""
    if people < 2:
        return _("Reported {n} times by one person").format(n=format_number(reports))
    return ngettext("{n} person reports this", "{n} people report this", people).format(
        n=format_number(people)
    )


def people_tag(repeated: Repeated | None) -> html.Span | None:
    """For the head of a complaint; nothing where nobody else reports it."""
    if repeated is None:
        return None
    return html.Span(people_words(repeated.people, repeated.reports), className="tag people-tag")


def repeats_sheet(repeated: Repeated | None, reference: Reference) -> html.Section | None:
    """The other complaints about the same problem, as links."""
    if repeated is None:
        return None
    left_out = repeated.reports - 1 - len(repeated.members)
    return html.Section(
        [
            html.H3(people_words(repeated.people, repeated.reports)),
            html.P(
                _("The same service, within 50 m and 24 hours of the first, in similar words.")
                if repeated.is_first
                else _("This complaint repeats the first of these. Each keeps its own clocks."),
                className="note",
            ),
            html.Ol(
                [
                    html.Li(
                        [
                            html.A(
                                _("Complaint {id}").format(id=member.service_request_id),
                                href=f"/complaints/{member.service_request_id}",
                                **{"data-page": "complaint"},
                            ),
                            html.Span(_when(member.requested_at, reference), className="note"),
                            status_mark(member.status),
                        ],
                    )
                    for member in repeated.members
                ],
                className="members",
            ),
            html.P(_("and {n} more").format(n=format_number(left_out)), className="note")
            if left_out > 0
            else None,
        ],
        className="sheet",
    )


def most_reported_list(problems: pd.DataFrame, reference: Reference) -> html.Div:
    """One line per open problem, most people first; see queries.repeats.most_reported."""
    if problems.empty:
        return html.Div(_("No open problem is reported twice."), className="empty-note")
    return html.Div(
        [_line(row, reference) for row in problems.itertuples()], className="newest problems"
    )


def _line(row: object, reference: Reference) -> html.A:
    service = reference.service_by_code[row.service_code]  # type: ignore[attr-defined]
    district = reference.district_by_code.get(row.district_code or "")  # type: ignore[attr-defined]
    people: int = row.people  # type: ignore[attr-defined]
    words = people_words(people, row.reports)  # type: ignore[attr-defined]
    place = district.name if district else _("no district")
    return html.A(
        [
            html.Span(
                reference.language_text(service.names, current_language()),
                className="newest-service",
            ),
            html.Span(format_duration(row.seconds), className="newest-time"),  # type: ignore[attr-defined]
            html.Span([html.Strong(words), f" · {place}"], className="newest-place"),
        ],
        key=row.service_request_id,  # type: ignore[attr-defined]
        href=f"/complaints/{row.service_request_id}",  # type: ignore[attr-defined]
        className="newest-line problem-line",
        title=f"{words} · {place}",
        **{"data-page": "complaint"},
    )


def _when(instant: datetime, reference: Reference) -> str:
    return format_instant(instant, reference.city.time_zone, reference.city.zone_abbreviation)
