"""The words and marks of channels: their state, kind, reasons for refusals, and ages."""

from datetime import datetime

from dash import html

from components.basics import mark
from components.newest_list import clock_words
from data.i18n import NOTHING, format_duration
from data.i18n import gettext as _
from data.instants import to_epoch
from data.reasons import Reason
from data.reference import Reference
from queries.channels import State

# As with a status: a shape and a word with every colour.
_SHAPES = {State.OK: "✓", State.SILENT: "◆", State.FAILING: "▲", State.UNUSED: "○"}
_CLASSES = {
    State.OK: "status-resolved",
    State.SILENT: "status-in-progress",
    State.FAILING: "status-waiting",
    State.UNUSED: "status-rejected",
}


def state_word(state: State) -> str:
    return {
        State.OK: _("OK"),
        State.SILENT: _("Silent"),
        State.FAILING: _("Failing"),
        State.UNUSED: _("Not used yet"),
    }[state]


def state_mark(state: State) -> html.Span:
    return mark(_SHAPES[state], state_word(state), _CLASSES[state])


def kind_word(kind: str) -> str:
    """A kind that a city pack made up itself is shown as it is."""
    return {
        "app": _("App"),
        "social": _("Social media"),
        "message": _("Messages and calls"),
        "office": _("Office"),
        "other": _("Other"),
    }.get(kind, kind)


def reason_word(reason: Reason) -> str:
    return {
        Reason.NO_KEY: _("no key was sent"),
        Reason.BAD_KEY: _("the key is not valid"),
        Reason.NOT_ALLOWED: _("the key may not do this"),
        Reason.TOO_MANY: _("too many requests"),
        Reason.TOO_LARGE: _("the request is too large"),
        Reason.UNREADABLE: _("the request cannot be read"),
        Reason.SERVICE: _("unknown service"),
        Reason.LOCATION: _("location missing or wrong"),
        Reason.OUTSIDE: _("outside the city"),
        Reason.ATTRIBUTE: _("a question of the service is not answered"),
        Reason.MEDIA: _("photo not accepted"),
        Reason.TOO_LONG: _("a text is too long"),
        Reason.IDENTITY: _("id missing, wrong or unknown"),
        Reason.TIME: _("time missing or wrong"),
        Reason.STATUS: _("unknown status, or one that does not fit"),
        Reason.CONFLICT: _("the same Idempotency-Key with other content"),
        Reason.ADDRESS: _("no such address"),
        Reason.UNAVAILABLE: _("we were unavailable"),
        Reason.FAILURE: _("we failed"),
        Reason.OTHER: _("other"),
    }[reason]


def age(instant: datetime | None, seen_at: datetime) -> html.Time | html.Span:
    """4 min ago; assets/69-ago.js lets it grow older."""
    if instant is None:
        return html.Span(NOTHING)
    return html.Time(
        _("{duration} ago").format(
            duration=format_duration(max((seen_at - instant).total_seconds(), 0))
        ),
        dateTime=instant.isoformat(),
        className="age",
        **{"data-ago": str(to_epoch(instant))},
    )


def clock(instant: datetime | None, seen_at: datetime, reference: Reference) -> str:
    """14:02 WIB, with the day where that is not today; empty for nothing."""
    if instant is None:
        return ""
    city = reference.city
    return f"{clock_words(instant, city.time_zone, seen_at)} {city.zone_abbreviation}"
