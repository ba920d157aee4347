"""The tables of all units and officers, and the flags with their cases, as texts."""

from collections.abc import Sequence
from typing import Any

from data.i18n import format_number, format_percent, ngettext
from data.i18n import gettext as _
from queries.evaluation.model import Flag, Subject
from reports.evaluation.components import (
    Component,
    components,
    interval_text,
    is_few,
    value_text,
)
from reports.evaluation.material import Material
from reports.evaluation.words import (
    differs_mark,
    few_note,
    flag_meanings,
    flag_titles,
    rank_text,
    score_text,
)
from reports.printable import printable

LONGEST_NAME = 44
_WIDTHS = {"change": 1.4, "duration": 1.2}  # beside other components: their intervals are long
_MOST_CASES = 24  # of one unit and kind; the spreadsheet has them all


def subject_tables(material: Material) -> list[dict[str, Any]]:
    """All units and, where there are any, all officers; a row names the unit each of them led.

    A cell of a component is (value, interval, n and points, whether it rests on too few); the rows
    by rank.
    """
    units, officers = material.evaluation.units, material.evaluation.officers
    tables = [_subject_table(material, _("All units"), _("Unit"), units)]
    if officers:
        tables.append(_subject_table(material, _("All officers"), _("Officer"), officers))
    return tables


def _subject_table(
    material: Material, title: str, who: str, subjects: Sequence[Subject]
) -> dict[str, Any]:
    listed = components()
    return {
        "title": title,
        "head": [
            who,
            _("Cases"),
            _("Score"),
            _("Rank, 95%"),
            _("Others' share"),
            *(c.short for c in listed),
        ],
        "widths": [_WIDTHS.get(c.kind, 1.0) for c in listed],
        "rows": [
            {
                "name": printable(one.name, longest=LONGEST_NAME),
                "about": " · ".join(_about(material, one)),
                "code": one.code,
                "n": format_number(one.n),
                "score": score_text(one),
                "rank": rank_text(one),
                "others": format_percent(one.comparable_share, 0),
                "is_ranked": one.is_ranked,
                "mark": differs_mark(one),
                "cells": [_cell(c, one) for c in listed],
            }
            for one in sorted(subjects, key=by_rank)
        ],
        "note": " ".join(
            (
                _(
                    "Under each value its 95% interval; after n, the cases it rests on, and the"
                    " points it earns: the score is their mean by weight, 50 is as the city. ▲"
                    " better, ▼ worse than the city beyond chance, · no different. Others' share:"
                    " of all cases of its services; whom others can hardly be compared with is not"
                    " ranked. Sorted by the middle of the rank interval."
                ),
                few_note(material),
            )
        ),
        "unranked": unranked_title(),
    }


def _cell(component: Component, subject: Subject) -> list[Any]:
    own, points = subject.components[component.code], subject.parts.get(component.code)
    rests_on = [f"n {format_number(own.n)}"]
    if points is not None:
        rests_on.append(_("{points} pts").format(points=format_number(points, 1)))
    return [
        value_text(component, own),
        interval_text(component, own),
        rests_on,
        is_few(own),
    ]


def _about(material: Material, subject: Subject) -> list[str]:
    """The post of an officer, for names are not unique; and the code."""
    unit = material.subjects.get(subject.parent or "") if subject.kind == "officer" else None
    names = [printable(unit.name, longest=LONGEST_NAME)] if unit else []
    return [*names, printable(subject.code, longest=40)]


def flag_lists(material: Material) -> dict[str, Any]:
    titles, meanings = flag_titles(), flag_meanings()
    kinds: dict[str, list[Flag]] = {}
    for flag in material.evaluation.flags:
        kinds.setdefault(flag.kind, []).append(flag)
    return {
        "title": _("Flags"),
        "note": _(
            "A flag is ground for a question, not a proof of fault. Cases are listed by their"
            " number."
        ),
        "none": _("No case was flagged."),
        "head": [_("Unit"), "n", _("Cases")],
        "kinds": [
            {
                "title": titles.get(kind, kind),
                "meaning": meanings.get(kind, ""),
                "rows": [
                    _flag_row(material, flag)
                    for flag in sorted(flags, key=lambda flag: (-flag.n, flag.unit))
                ],
            }
            for kind, flags in sorted(kinds.items(), key=lambda item: list(titles).index(item[0]))
        ],
    }


def cases_text(flag: Flag, most: int = _MOST_CASES) -> str:
    shown = ", ".join(printable(case, longest=60) for case in flag.cases[:most])
    rest = _rest_text(flag, most)
    return f"{shown} {rest}" if rest else shown


def _rest_text(flag: Flag, most: int) -> str:
    rest = flag.n - min(len(flag.cases), most)
    if rest <= 0:
        return ""
    more = ngettext("and {n} more in the spreadsheet", "and {n} more in the spreadsheet", rest)
    return f"… {more.format(n=format_number(rest))}"


def _flag_row(material: Material, flag: Flag) -> list[Any]:
    """Name, n, the cases as one text; then those that are named, and what is said of the rest."""
    subject = material.subjects.get(flag.unit)
    name = subject.name if subject else flag.unit
    return [
        printable(name, longest=LONGEST_NAME),
        format_number(flag.n),
        cases_text(flag),
        list(flag.cases[:_MOST_CASES]),
        _rest_text(flag, _MOST_CASES),
    ]


def unranked_title() -> str:
    """Above those that come after the ranked ones."""
    return _("Reported, not ranked: in the order of their names")


def by_rank(subject: Subject) -> tuple[bool, float, float, str, str]:
    """Ranked ones first, by the middle of their interval; the others by name, for their scores
    are of too few cases to make an order."""
    if not subject.is_ranked or subject.rank is None:
        return (True, 0.0, 0.0, subject.name, subject.code)
    low, high = subject.rank
    return (False, (low + high) / 2, -(subject.score or 0.0), subject.name, subject.code)
