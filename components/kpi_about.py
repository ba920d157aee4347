"""From when one looks, and what is compared with what."""

from dash import html

from data.i18n import format_date_range, format_instant
from data.i18n import gettext as _
from data.reference import Reference
from queries.kpi.model import Scope, Window


def about_words(scope: Scope, reference: Reference) -> list[html.Span]:
    city = reference.city
    seen = format_instant(scope.now.seen_at, city.time_zone, city.zone_abbreviation)
    dates = format_date_range(scope.now.start, scope.now.end)
    words = [_("{dates}, seen {instant}").format(dates=dates, instant=seen)]
    compared = [_dates(one, reference) for one in (scope.before, scope.year) if one]
    if compared:
        words.append(
            _("Compared with {periods}, each seen as many days after").format(
                periods=" · ".join(compared)
            )
        )
    if scope.why_not is not None:
        words.append(
            {
                "unbounded": _("Not compared: the period has no beginning"),
                "status": _("Not compared: how complaints stood then is not how they stand now"),
                "records": _("Records do not reach back over all that it is compared with"),
            }[scope.why_not]
        )
    return [html.Span(f"{part}.") for part in words]


def _dates(window: Window, reference: Reference) -> str:
    return format_date_range(window.start, window.end)
