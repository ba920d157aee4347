"""Places where the same thing is reported again and again, one line each."""

import pandas as pd
from dash import html

from data.i18n import current_language, format_number, ngettext
from data.i18n import gettext as _
from data.reference import Reference


def repeat_places_list(places: pd.DataFrame, reference: Reference, *, at_least: int) -> html.Div:
    """`places` has queries.layers.repeat_places.REPEAT_PLACE_COLUMNS and `district_code`.

    A click goes there; assets/61-map.js hears it.
    """
    if places.empty:
        return html.Div(
            _("No place has one service reported {n} times.").format(n=format_number(at_least)),
            className="empty-note",
        )
    return html.Div([_line(row, reference) for row in places.itertuples()], className="newest")


def _line(row: object, reference: Reference) -> html.Button:
    service = reference.service_by_code[row.service_code]  # type: ignore[attr-defined]
    district = reference.district_by_code.get(row.district_code or "")  # type: ignore[attr-defined]
    n, still_open, days = row.n, row.open, row.days  # type: ignore[attr-defined]
    words = ngettext("{n} times on {days} day", "{n} times on {days} days", days).format(
        n=format_number(n), days=format_number(days)
    )
    place = district.name if district else _("no district")
    return html.Button(
        [
            html.Span(
                reference.language_text(service.names, current_language()),
                className="newest-service",
            ),
            html.Span(
                _("{n} open").format(n=format_number(still_open)) if still_open else "",
                className="newest-time",
            ),
            html.Span([html.Strong(words), f" · {place}"], className="newest-place"),
        ],
        type="button",
        className="newest-line problem-line repeat-line",
        title=f"{words} · {place}",
        **{
            "data-fly": f"{row.latitude:.5f},{row.longitude:.5f}",  # type: ignore[attr-defined]
        },
    )
