"""One page a unit or officer: what it is held to, and the cases to look at."""

from typing import Any

from data.i18n import NOTHING, format_change, format_list, format_number, format_percent
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from queries.evaluation.table import GOOD, PARTS
from reports.evaluation.components import (
    Component,
    components,
    interval_text,
    is_few,
    on_time_share,
    value_text,
)
from reports.evaluation.front import title
from reports.evaluation.material import Material
from reports.evaluation.tables import cases_text
from reports.evaluation.unit_score import added, moved_words
from reports.evaluation.words import (
    differs_about,
    differs_text,
    few_note,
    few_own_text,
    flag_titles,
    kind_text,
    rank_text,
    score_text,
)
from reports.printable import printable

_MOST_CASES = 8


def unit_page(material: Material, subject: Subject) -> dict[str, Any]:
    """A card is (label, value, about it, whether it rests on too few)."""
    few = not subject.is_ranked
    return {
        "name": printable(subject.name, longest=300),
        "about": " · ".join(_about(material, subject)),
        "figures": [
            [_("Score"), score_text(subject), _("of 100; 50 is as the city"), few],
            [_("Rank, 95%"), rank_text(subject), _of_how_many(material, subject), few],
            [_("Cases"), format_number(subject.n), _comparable(subject), False],
            [_("On time"), differs_text(subject), differs_about(material, subject), few],
        ],
        "said": moved_words(material.rules.weights, subject),
        "head": [
            _("Component"),
            _("Value"),
            _("95% interval"),
            "n",
            _("City"),
            _("÷ expected"),
            _("Points"),
            _("Weight, %"),
            _("Adds"),
        ],
        "scale": [format_number(points) for points in (0, 50, 100)],
        "rows": _rows(material, subject),
        "notes": [
            _(
                "÷ expected: what was observed, divided by what the city would reach with the same"
                " services. ↑ more of it is better, ↓ less is better; of the response it counts"
                " answers, so more is quicker. 50 points are as the city. A part adds its points"
                " above 50 times its weight; 50 and all that is added is the score."
            ),
            few_note(material),
        ],
        "handovers": _handovers(subject),
        "flags": _flags(material, subject),
        "flags_title": _("Flags"),
        "flags_head": [_("Flag"), "n", _("Cases")],
        "no_flags": _("No case was flagged."),
        "handovers_title": _("Hand-overs"),
        "header": title(material),
    }


def _about(material: Material, subject: Subject) -> list[str]:
    words = [kind_text(subject.kind)]
    parent = material.subjects.get(subject.parent or "")
    if subject.parent:
        words.append(printable(parent.name if parent else subject.parent, longest=80))
    words.append(printable(subject.code, longest=60))
    leaders = [
        printable(officer.name, longest=80)
        for officer in material.evaluation.officers
        if officer.parent == subject.code and subject.kind != "officer"
    ]
    if leaders:  # who was in office when it got its cases
        words.append(_("led by {names}").format(names=format_list(leaders)))
    return words


def _of_how_many(material: Material, subject: Subject) -> str:
    evaluation = material.evaluation
    among = evaluation.officers if subject.kind == "officer" else evaluation.units
    if subject.differs == "no_other":
        return _("others have hardly any such cases")
    if not subject.is_ranked:
        return few_own_text(material)
    return _("among {n} ranked").format(n=format_number(sum(one.is_ranked for one in among)))


def _comparable(subject: Subject) -> str:
    """How much there is to compare a unit with: 0% where it alone handles its services."""
    return _("of the city's cases of these services, others had {share}").format(
        share=format_percent(subject.comparable_share)
    )


def _rows(material: Material, subject: Subject) -> list[dict[str, Any]]:
    weights = material.rules.weights
    adds = added(weights, subject)
    rows = []
    for component in (*components(), on_time_share()):
        is_plain = component.code == "on_time_share"
        own = subject.on_time_share if is_plain else subject.components[component.code]
        city = material.evaluation.city_figures.get(component.code)
        part = subject.parts.get(component.code)
        rows.append(
            {
                "about": component.meaning,
                "is_few": is_few(own),
                "cells": [
                    component.title,
                    value_text(component, own),
                    interval_text(component, own),
                    format_number(own.n),
                    value_text(component, city) if city else NOTHING,
                    _against(subject, component),
                    format_number(part, 1),
                    format_number(weights.get(component.code)),
                    format_change(adds[component.code], 1) if component.code in adds else NOTHING,
                ],
                "points": None if part is None else round(part, 2),
            }
        )
    return rows


def _against(subject: Subject, component: Component) -> str:
    """Observed ÷ expected, with the way that is better."""
    ratio = subject.ratios.get(component.code)
    if ratio is None or not ratio.is_known:
        return NOTHING
    way = "" if component.code not in PARTS else "↑" if GOOD[PARTS.index(component.code)] else "↓"
    return f"{format_number(ratio.value, 2)}{'*' * is_few(ratio)} {way}".strip()


def _handovers(subject: Subject) -> str:
    found = subject.handovers
    words = _(
        "Received from others: {received}, of them late on arrival: {late}. Passed on: {passed}."
        " The time before a unit had a case is not its time."
    ).format(
        received=format_number(found.received),
        late=format_number(found.late_on_arrival),
        passed=format_number(found.passed_on),
    )
    if subject.kind != "officer":
        return words
    own = _(
        "What was open when a term began or ended is a case of either officer, with a clock and a"
        " deadline of its own; who left owes only what was due by then."
    )
    return f"{words} {own}"


def _flags(material: Material, subject: Subject) -> list[list[str]]:
    titles = flag_titles()
    own = [flag for flag in material.evaluation.flags if flag.unit == subject.code]
    return [
        [titles.get(flag.kind, flag.kind), format_number(flag.n), cases_text(flag, _MOST_CASES)]
        for flag in own
    ]
