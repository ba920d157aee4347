"""The table of all units, the flags with their cases, and the fairness page, as texts."""

from collections.abc import Sequence
from typing import Any

from data.i18n import NOTHING, format_number, format_percent, ngettext
from data.i18n import gettext as _
from queries.evaluation.model import FairnessRow, Flag, Subject
from queries.measured import Measured
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

_LONGEST_NAME = 44
_MOST_CASES = 24  # of one unit and kind; the spreadsheet has them all


def subject_tables(material: Material) -> list[dict[str, Any]]:
    """All units and, where there are any, all officers; a row names the unit each of them led.

    A cell of a component is (value, interval, n, whether it rests on too few); the rows by rank.
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
        "rows": [
            {
                "name": printable(one.name, longest=_LONGEST_NAME),
                "about": " · ".join(_about(material, one)),
                "code": one.code,
                "n": format_number(one.n),
                "score": score_text(one),
                "rank": rank_text(one),
                "others": format_percent(one.comparable_share, 0),
                "is_ranked": one.is_ranked,
                "mark": differs_mark(one),
                "cells": [_cell(c, one.components[c.code]) for c in listed],
            }
            for one in sorted(subjects, key=_by_rank)
        ],
        "note": " ".join(
            (
                _(
                    "Under each value its 95% interval and, after n, the cases it rests on. ▲"
                    " better, ▼ worse than the city beyond chance, · no different. Others' share:"
                    " of all cases of its services; whom others can hardly be compared with is not"
                    " ranked. Sorted by the middle of the rank interval."
                ),
                few_note(material),
            )
        ),
    }


def _cell(component: Component, own: Measured) -> list[Any]:
    return [
        value_text(component, own),
        interval_text(component, own),
        format_number(own.n),
        is_few(own),
    ]


def _about(material: Material, subject: Subject) -> list[str]:
    """The post of an officer, for names are not unique; and the code."""
    unit = material.subjects.get(subject.parent or "") if subject.kind == "officer" else None
    names = [printable(unit.name, longest=_LONGEST_NAME)] if unit else []
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
    rest = flag.n - min(len(flag.cases), most)
    if rest <= 0:
        return shown
    more = ngettext("and {n} more in the spreadsheet", "and {n} more in the spreadsheet", rest)
    return f"{shown} … {more.format(n=format_number(rest))}"


def fairness_page(material: Material) -> dict[str, Any]:
    fairness, subjects = material.evaluation.fairness, material.subjects
    cutoffs = sorted({int(c) for row in fairness.rows for c in row.other_cutoff_rank})
    rules = rule_titles(cutoffs)
    ordered = sorted(fairness.rows, key=lambda row: _by_rank(subjects[row.code]))
    return {
        "title": _("Would another rule say otherwise?"),
        "note": _(
            "The places of each unit by other rules, beside the rank interval of the method."
            " Bold: a place outside that interval, so the rule would change what is said of the"
            " unit. The former rule placed every unit, however few its cases."
        ),
        "moved_title": _(
            "Units that would stand elsewhere by more than {share} of the list"
        ).format(share=format_percent(fairness.moved_by, 0)),
        "moved": [
            [rules.get(rule, _cutoff_title(rule)), format_number(count)]
            for rule, count in sorted(fairness.moved.items())
        ],
        "head": [_("Unit"), _("Cases"), _("Rank, 95%"), *rules.values()],
        "rows": [_fairness_row(row, subjects[row.code], cutoffs) for row in ordered],
    }


def rule_titles(cutoffs: Sequence[int]) -> dict[str, str]:
    return {
        "score": _("Score"),
        "standardised": _("On time ÷ expected"),
        "raw": _("Raw on-time share"),
        "former_points": _("Former points"),
        **{str(cutoff): _cutoff_title(str(cutoff)) for cutoff in cutoffs},
    }


def _cutoff_title(cutoff: str) -> str:
    return _("Cut-off {n}").format(n=cutoff.removeprefix("cutoff_"))


def places_of(row: FairnessRow, cutoffs: Sequence[int]) -> list[int | None]:
    """By each of `rule_titles`."""
    return [
        row.score_rank,
        row.standardised_rank,
        row.raw_rank,
        row.former_points_rank,
        *(row.other_cutoff_rank.get(str(cutoff)) for cutoff in cutoffs),
    ]


def _fairness_row(row: FairnessRow, subject: Subject, cutoffs: Sequence[int]) -> dict[str, Any]:
    low, high = subject.rank or (0, 0)
    return {
        "name": printable(subject.name, longest=_LONGEST_NAME),
        "n": format_number(subject.n),
        "rank": rank_text(subject),
        "is_ranked": subject.is_ranked,
        "cells": [
            [
                NOTHING if place is None else format_number(place),
                place is not None and subject.is_ranked and not low <= place <= high,
            ]
            for place in places_of(row, cutoffs)
        ],
    }


def _flag_row(material: Material, flag: Flag) -> list[str]:
    subject = material.subjects.get(flag.unit)
    name = subject.name if subject else flag.unit
    return [printable(name, longest=_LONGEST_NAME), format_number(flag.n), cases_text(flag)]


def _by_rank(subject: Subject) -> tuple[bool, float, float, str]:
    """Ranked ones first, by the middle of their interval, then by score."""
    low, high = subject.rank or (0, 0)
    return (not subject.is_ranked, (low + high) / 2, -(subject.score or 0.0), subject.code)
