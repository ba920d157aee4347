"""One page a unit or officer: what it is held to, and the cases to look at."""

from typing import Any

from data.i18n import NOTHING, format_list, format_number, format_percent
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from reports.evaluation.components import components, interval_text, on_time_share, value_text
from reports.evaluation.front import title
from reports.evaluation.material import Material
from reports.evaluation.tables import cases_text
from reports.evaluation.words import differs_text, flag_titles, kind_text, rank_text
from reports.printable import printable

_MOST_CASES = 8


def unit_page(material: Material, subject: Subject) -> dict[str, Any]:
    return {
        "name": printable(subject.name, longest=300),
        "about": " · ".join(_about(material, subject)),
        "figures": [
            [_("Score"), format_number(subject.score, 1), _("of 100; 50 is as the city")],
            [_("Rank, 95%"), rank_text(subject), _of_how_many(material, subject)],
            [_("Cases"), format_number(subject.n), _comparable(subject)],
            [_("On time"), differs_text(subject), _("beyond chance, by the funnel plot")],
        ],
        "head": [
            _("Component"),
            _("Value"),
            _("95% interval"),
            "n",
            _("City"),
            _("÷ expected"),
            _("Points"),
            _("Weight"),
        ],
        "rows": _rows(material, subject),
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
        return _("fewer than {limit} cases of its own").format(
            limit=format_number(material.min_ranked)
        )
    return _("among {n} ranked").format(n=format_number(sum(one.is_ranked for one in among)))


def _comparable(subject: Subject) -> str:
    """How much there is to compare a unit with: 0% where it alone handles its services."""
    return _("of its services' cases, {share} are others'").format(
        share=format_percent(subject.comparable_share)
    )


def _rows(material: Material, subject: Subject) -> list[dict[str, Any]]:
    weights = material.rules.weights
    rows = []
    for component in (*components(), on_time_share()):
        is_plain = component.code == "on_time_share"
        own = subject.on_time_share if is_plain else subject.components[component.code]
        city = material.evaluation.city_figures.get(component.code)
        ratio = subject.ratios.get(component.code)
        part = subject.parts.get(component.code)
        rows.append(
            {
                "cells": [
                    component.title,
                    value_text(component, own),
                    interval_text(component, own),
                    format_number(own.n),
                    value_text(component, city) if city else NOTHING,
                    format_number(ratio.value, 2) if ratio else NOTHING,
                    format_number(part, 1),
                    format_number(weights.get(component.code)),
                ],
                "points": None if part is None else round(part, 2),
            }
        )
    return rows


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
