"""What a filter says, in the words of its reader."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from data.i18n import format_date_range, format_instant, format_list, gettext, use_language
from data.reference import Reference

if TYPE_CHECKING:
    from queries.filters import ComplaintFilter

_NAMED = 3  # more than that are counted


def describe(
    complaint_filter: "ComplaintFilter", reference: Reference, language: str, today: date
) -> str:
    """Subject, place, period, then what narrows them further."""
    with use_language(language):
        subject = _subject(complaint_filter, reference, language)
        place = _place(complaint_filter, reference)
        dates = format_date_range(*complaint_filter.dates(today))
        sentence = f"{subject} {place}, {dates}"
        return "; ".join([sentence, *_narrower(complaint_filter, reference)])


def _subject(complaint_filter: "ComplaintFilter", reference: Reference, language: str) -> str:
    names = [
        reference.language_text(reference.groups[code], language)
        for code in complaint_filter.groups
        if code in reference.groups
    ] + [
        reference.language_text(reference.service_by_code[code].names, language)
        for code in complaint_filter.services
        if code in reference.service_by_code
    ]
    if not names:
        return gettext("All complaints")
    subject = _listed(names, gettext("{n} services"))
    return subject[0].upper() + subject[1:]


def _place(complaint_filter: "ComplaintFilter", reference: Reference) -> str:
    names = [
        reference.district_by_code[code].name
        for code in complaint_filter.districts
        if code in reference.district_by_code
    ]
    where = _listed(names, gettext("{n} districts")) if names else reference.city.name
    return gettext("in {place}").format(place=where)


def _narrower(complaint_filter: "ComplaintFilter", reference: Reference) -> list[str]:
    found = []
    if complaint_filter.statuses:
        words = [gettext(STATUS_WORDS[code]) for code in complaint_filter.statuses]
        found.append(_listed(words, gettext("{n} statuses")))
    if complaint_filter.overdue:
        found.append(gettext("overdue"))
    if complaint_filter.channels:
        names = [
            reference.channel_by_code[code].name
            for code in complaint_filter.channels
            if code in reference.channel_by_code
        ]
        found.append(
            gettext("via {channels}").format(channels=_listed(names, gettext("{n} channels")))
        )
    if complaint_filter.units:
        names = [
            reference.unit_by_code[code].name
            for code in complaint_filter.units
            if code in reference.unit_by_code
        ]
        found.append(gettext("with {units}").format(units=_listed(names, gettext("{n} units"))))
    if complaint_filter.text:
        found.append(gettext("containing “{text}”").format(text=complaint_filter.text))
    if complaint_filter.as_of:
        city = reference.city
        instant = format_instant(complaint_filter.as_of, city.time_zone, city.zone_abbreviation)
        found.append(gettext("as of {instant}").format(instant=instant))
    return found


def _listed(names: Sequence[str], counted: str) -> str:
    """'A', 'A and B', 'A, B and C', and from four on 'n things'."""
    if len(names) > _NAMED:
        return counted.format(n=len(names))
    return format_list(list(names))


STATUS_WORDS = {
    "waiting": "waiting",
    "assigned": "assigned",
    "in_progress": "in progress",
    "verifying": "in verification",
    "resolved": "resolved",
    "rejected": "rejected",
}
