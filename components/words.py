"""The closed vocabularies in the reader's language."""

from data.i18n import gettext as _
from data.vocabulary import EventKind, Status


def status_word(status: Status) -> str:
    return {
        Status.WAITING: _("Waiting"),
        Status.ASSIGNED: _("Assigned"),
        Status.IN_PROGRESS: _("In progress"),
        Status.VERIFYING: _("Being verified"),
        Status.RESOLVED: _("Resolved"),
        Status.REJECTED: _("Rejected"),
    }[status]


def event_word(kind: EventKind) -> str:
    return {
        EventKind.RECEIVED: _("Received"),
        EventKind.ACKNOWLEDGED: _("Acknowledged"),
        EventKind.ASSIGNED: _("Assigned"),
        EventKind.TRANSFERRED: _("Handed to another unit"),
        EventKind.STARTED: _("Work started"),
        EventKind.SUBMITTED: _("Submitted for verification"),
        EventKind.RESOLVED: _("Resolved"),
        EventKind.SENT_BACK: _("Sent back"),
        EventKind.REJECTED: _("Rejected"),
        EventKind.REOPENED: _("Reopened"),
        EventKind.RATED: _("Rated"),
        EventKind.COMMENTED: _("Commented"),
    }[kind]


def period_word(period: str) -> str:
    return {
        "today": _("Today"),
        "7d": _("Last 7 days"),
        "30d": _("Last 30 days"),
        "90d": _("Last 90 days"),
        "12m": _("Last 12 months"),
        "month": _("This month"),
        "last-month": _("Last month"),
        "year": _("This year"),
        "all": _("All time"),
    }[period]


def compare_word(compare: str) -> str:
    return {
        "off": _("Off"),
        "before": _("Period before"),
        "year": _("A year ago"),
    }[compare]


COMPARISONS = ("off", "before", "year")
