"""The fairness page: where each unit would stand by another rule, as texts."""

from collections.abc import Sequence
from typing import Any

from data.i18n import NOTHING, format_number, format_percent
from data.i18n import gettext as _
from queries.evaluation.fairness import stands_elsewhere
from queries.evaluation.model import Fairness, FairnessRow, Subject
from reports.evaluation.material import Material
from reports.evaluation.tables import LONGEST_NAME, by_rank, unranked_title
from reports.evaluation.words import rank_text
from reports.printable import printable


def fairness_page(material: Material) -> dict[str, Any]:
    """A cell of a rule is (place, whether the unit would stand elsewhere by it)."""
    fairness, subjects = material.evaluation.fairness, material.subjects
    cutoffs = cutoffs_of(fairness)
    rules, placed = rule_titles(cutoffs), _placed(fairness)
    ordered = sorted(fairness.rows, key=lambda row: by_rank(subjects[row.code]))
    return {
        "title": _("Would another rule say otherwise?"),
        "note": _(
            "The place of each unit by other rules, beside the rank interval of the method. Under"
            " each rule, how many units it places: some place more than others, so places are"
            " compared as shares of their lists. Bold: the unit would stand elsewhere than by its"
            " score, by more than {share} of the list. The former rule placed every unit, however"
            " few its cases."
        ).format(share=format_percent(fairness.moved_by, 0)),
        "moved_title": _(
            "Units that would stand elsewhere by more than {share} of the list"
        ).format(share=format_percent(fairness.moved_by, 0)),
        "moved": [
            [rules.get(rule, _cutoff_title(rule)), format_number(count)]
            for rule, count in sorted(fairness.moved.items())
        ],
        "head": [_("Unit"), _("Cases"), _("Rank, 95%"), *rule_heads(fairness)],
        "rows": [_row(fairness, row, placed, subjects[row.code]) for row in ordered],
        "unranked": unranked_title(),
    }


def cutoffs_of(fairness: Fairness) -> list[int]:
    return sorted({int(cutoff) for row in fairness.rows for cutoff in row.other_cutoff_rank})


def rule_heads(fairness: Fairness) -> list[str]:
    """Each rule, and how many units it places."""
    titles = rule_titles(cutoffs_of(fairness)).values()
    return [
        _("{rule}, of {n}").format(rule=title, n=format_number(whole))
        for title, whole in zip(titles, _placed(fairness), strict=True)
    ]


def _placed(fairness: Fairness) -> list[int]:
    """How many units each rule places."""
    cutoffs = cutoffs_of(fairness)
    places = [places_of(row, cutoffs) for row in fairness.rows]
    return [
        sum(row[rule] is not None for row in places) for rule in range(len(rule_titles(cutoffs)))
    ]


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


def _row(
    fairness: Fairness, row: FairnessRow, placed: Sequence[int], subject: Subject
) -> dict[str, Any]:
    own, *others = zip(places_of(row, cutoffs_of(fairness)), placed, strict=True)
    return {
        "name": printable(subject.name, longest=LONGEST_NAME),
        "n": format_number(subject.n),
        "rank": rank_text(subject),
        "is_ranked": subject.is_ranked,
        "cells": [
            [NOTHING if place is None else format_number(place), is_elsewhere]
            for place, is_elsewhere in [
                (own[0], False),
                *((one[0], _is_elsewhere(own, one, fairness.moved_by)) for one in others),
            ]
        ],
    }


def _is_elsewhere(own: tuple[int | None, int], other: tuple[int | None, int], by: float) -> bool:
    """Of (place, how many are placed) each."""
    if own[0] is None or other[0] is None:
        return False
    return stands_elsewhere(own[0], own[1], other[0], other[1], by)
