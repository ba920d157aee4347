"""The words of editions: their states, their maturity, and when the next is due."""

from dataclasses import dataclass

from dash import html

from components.basics import mark
from data.evaluation.editions import Edition
from data.i18n import format_date, format_instant, format_number, format_percent, ngettext
from data.i18n import gettext as _
from data.reference import CityInfo
from queries.evaluation.due import Due


@dataclass(frozen=True)
class ShownEdition:
    """An edition with its month in words."""

    edition: Edition
    month: str  # October 2026
    city: CityInfo

    @property
    def title(self) -> str:
        """Edition 2, or what it is before it has a number."""
        issue = self.edition.issue
        if issue is None:
            return _("Draft {id}").format(id=self.edition.id)
        return _("Edition {n}").format(n=format_number(issue.number))

    @property
    def seen(self) -> str:
        return format_instant(
            self.edition.seen_at, self.city.time_zone, self.city.zone_abbreviation
        )

    def when(self, at: object) -> str:
        return format_instant(at, self.city.time_zone, self.city.zone_abbreviation)  # type: ignore[arg-type]


def state_mark(state: str) -> html.Span:
    """A shape, a word and a colour."""
    return {
        "draft": mark("○", _("draft"), "status-rejected"),
        "contested": mark("◆", _("contested"), "status-in-progress"),
        "issued": mark("✓", _("issued"), "status-resolved"),
    }[state]


def maturity_words(edition: Edition) -> str:
    found = edition.maturity
    return _("{n} received, {share} of them still open").format(
        n=format_number(found.get("received")), share=format_percent(found.get("share_open"))
    )


def objection_words(edition: Edition) -> str:
    every = len(edition.objections)
    waiting = sum(one.answer is None for one in edition.objections)
    if not every:
        return _("none")
    if not waiting:
        return _("{n}, all answered").format(n=format_number(every))
    return _("{n}, {waiting} without an answer").format(
        n=format_number(every), waiting=format_number(waiting)
    )


def due_words(due: Due) -> str:
    """The countdown in working days."""
    left = due.working_days_left
    if left == 0:
        return _("due today")
    if left > 0:
        return ngettext("{n} working day left", "{n} working days left", left).format(
            n=format_number(left)
        )
    return ngettext("{n} working day late", "{n} working days late", -left).format(
        n=format_number(-left)
    )


def due_date_words(due: Due) -> str:
    return _("due on {date}, the seventh working day after the month").format(
        date=format_date(due.on)
    )
