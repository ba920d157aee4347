"""The newest complaints, one line each."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
from dash import html

from components.basics import status_mark
from data.i18n import current_language, format_instant
from data.i18n import gettext as _
from data.reference import Reference
from data.vocabulary import Status


def newest_list(
    newest: pd.DataFrame,
    reference: Reference,
    *,
    today: datetime,
    arrived: Collection[str] = (),
) -> html.Div:
    """Links to the complaints' own pages; those in `arrived` pulse once.

    `newest` has the columns of queries.points.newest; `today` is any instant of the local day.
    """
    if newest.empty:
        return html.Div(_("None yet."), className="empty-note")
    return html.Div(
        [
            _line(row, reference, today, row.service_request_id in arrived)
            for row in newest.itertuples()
        ],
        className="newest",
    )


def _line(row: object, reference: Reference, today: datetime, is_new: bool) -> html.A:
    service = reference.service_by_code[row.service_code]  # type: ignore[attr-defined]
    district = reference.district_by_code.get(row.district_code or "")  # type: ignore[attr-defined]
    status = Status[row.status.upper()]  # type: ignore[attr-defined]
    return html.A(
        [
            html.Span(
                clock_words(row.requested_at, reference.city.time_zone, today),  # type: ignore[attr-defined]
                className="newest-time",
            ),
            html.Span(
                reference.language_text(service.names, current_language()),
                className="newest-service",
            ),
            html.Span(district.name if district else _("no place given"), className="newest-place"),
            status_mark(status),
        ],
        # React keeps a line by its key, so that only a new one is drawn anew and pulses.
        key=row.service_request_id,  # type: ignore[attr-defined]
        href=f"/complaints/{row.service_request_id}",  # type: ignore[attr-defined]
        className="newest-line arrived" if is_new else "newest-line",
        **{"data-page": "complaint"},
    )


def clock_words(instant: datetime, zone: ZoneInfo, today: datetime) -> str:
    """14:02 for today, the day as well for an older one."""
    local = instant.astimezone(zone)
    if local.date() == today.astimezone(zone).date():
        return local.strftime("%H:%M")
    return format_instant(instant, zone).replace(f" {local.year}", "")
