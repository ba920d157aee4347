"""What a filter says, in the words of its reader."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from data.i18n import (
    format_date_range,
    format_instant,
    format_list,
    format_metres,
    format_number,
    gettext,
    use_language,
)
from data.reference import Reference

if TYPE_CHECKING:
    from queries.filters import ComplaintFilter
    from queries.layers.conditions import LayerCondition

_NAMED = 3  # more than that are counted


def describe(
    complaint_filter: "ComplaintFilter",
    reference: Reference,
    language: str,
    today: date,
    layers: Mapping[str, Mapping[str, str]],
) -> str:
    """Subject, place, period, then what narrows them further."""
    with use_language(language):
        subject = _subject(complaint_filter, reference, language)
        place = _place(complaint_filter, reference)
        dates = format_date_range(*complaint_filter.dates(today))
        sentence = f"{subject} {place}, {dates}"
        asked = [
            _condition(
                condition, reference.language_text(layers.get(condition.layer, {}), language)
            )
            for condition in complaint_filter.layer_conditions
        ]
        narrower = [*asked, *_areas(complaint_filter), *_narrower(complaint_filter, reference)]
        return "; ".join([sentence, *narrower])


def _condition(condition: "LayerCondition", name: str) -> str:
    """'within 200 m of Pumps (state: broken)'; a layer without a name by its code."""
    layer = name or condition.layer
    if condition.field is not None:
        layer = f"{layer} ({condition.field}: {condition.value or '–'})"
    words = {
        "near": gettext("within {distance} of {layer}"),
        "far": gettext("more than {distance} from {layer}"),
        "inside": gettext("inside {layer}"),
        "outside": gettext("outside {layer}"),
    }[condition.kind]
    return words.format(layer=layer, distance=format_metres(condition.metres or 0.0))


def _areas(complaint_filter: "ComplaintFilter") -> list[str]:
    """What was drawn on the map."""
    areas = complaint_filter.areas
    if not areas:
        return []
    if len(areas) > 1:
        return [gettext("in {n} drawn areas").format(n=len(areas))]
    words = {
        "polygon": gettext("in a drawn area"),
        "circle": gettext("within {distance} of a chosen point"),
        "corridor": gettext("within {distance} of a drawn line"),
    }[areas[0].kind]
    return [words.format(distance=format_metres(areas[0].metres or 0.0))]


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
    if complaint_filter.through_seq is not None:
        number = format_number(complaint_filter.through_seq)
        found.append(gettext("as known with event {number}").format(number=number))
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
