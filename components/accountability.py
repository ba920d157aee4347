"""Words on who was accountable, and on the hours in which a deadline runs."""

from collections.abc import Sequence
from itertools import groupby

from dash import html

from data.accountability.calendar import WorkingCalendar
from data.accountability.listing import Term
from data.i18n import current_language, format_date, format_number, ngettext, weekday_names
from data.i18n import gettext as _
from data.reference import Reference
from queries.timeline import EventView


def handover_words(handovers: int) -> str:
    """'Handed over 2 times'."""
    if not handovers:
        return _("Never handed over")
    return ngettext("Handed over {n} time", "Handed over {n} times", handovers).format(
        n=format_number(handovers)
    )


def accountable_words(event: EventView) -> str:
    """Who answered from this event on, and from whom the complaint came."""
    if event.accountable is None:
        return _("nobody accountable yet")
    if event.former is not None:
        return _("from {former} to {unit}").format(
            former=event.former.name, unit=event.accountable.name
        )
    return _("accountable: {unit}").format(unit=event.accountable.name)


def officer_words(officers: Sequence[Term], reference: Reference) -> str:
    """'Lurah: Budi Contoh'; who followed while the unit had the complaint, with the day."""
    if not officers:
        return _("Nobody was in office that is known.")
    first, *others = officers
    title = reference.language_text(first.titles, current_language())
    words = [f"{title}: {first.officer_name}" if title else first.officer_name]
    words += [
        _("from {day} on {name}").format(day=format_date(one.from_date), name=one.officer_name)
        for one in others
    ]
    return "; ".join(words)


def working_time_note(calendar: WorkingCalendar | None) -> html.P | None:
    """The hours in which a deadline in working time runs; nothing where none does."""
    if calendar is None:
        return None
    words = _("Working time is {hours}, but not on public holidays.")
    return html.P(words.format(hours=hours_words(calendar)), className="note")


def hours_words(calendar: WorkingCalendar) -> str:
    """'Mon–Thu 08:00–16:00; Fri 08:00–11:30, 13:00–16:30'."""
    names, parts = weekday_names(), []
    for hours, group in groupby(range(7), key=lambda day: calendar.hours[day]):
        days = list(group)
        if not hours:
            continue
        span = names[days[0]] + (f"–{names[days[-1]]}" if len(days) > 1 else "")
        times = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours)
        parts.append(f"{span} {times}")
    return "; ".join(parts)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
