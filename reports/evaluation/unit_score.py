"""What a unit's score is made of: which parts raised it above the city's 50, which lowered it."""

from collections.abc import Iterable, Mapping

from data.i18n import format_change, format_list
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from reports.evaluation.components import components

_MIDDLE = 50  # points: as the city
_LEAST = 0.05  # points of the score that are worth a word
_MOST_NAMED = 3


def added(weights: Mapping[str, float], subject: Subject) -> dict[str, float]:
    """Points of the score by part, above or below 50; with 50 they sum up to the score."""
    whole = sum(weights.get(code, 0) for code in subject.parts)
    if not whole:
        return {}
    return {
        code: weights.get(code, 0) * (points - _MIDDLE) / whole
        for code, points in subject.parts.items()
    }


def moved_words(weights: Mapping[str, float], subject: Subject) -> str:
    """One sentence: what raised the score most, and what lowered it most."""
    parts = sorted(added(weights, subject).items(), key=lambda part: (part[1], part[0]))
    lowered = [part for part in parts if part[1] <= -_LEAST][:_MOST_NAMED]
    raised = [part for part in reversed(parts) if part[1] >= _LEAST][:_MOST_NAMED]
    if not lowered and not raised:
        return _("No part moved the score from the 50 of the city.")
    return _("What raised the score most: {raised}. What lowered it most: {lowered}.").format(
        raised=_listed(raised), lowered=_listed(lowered)
    )


def _listed(parts: Iterable[tuple[str, float]]) -> str:
    titles = {component.code: component.title for component in components()}
    named = [f"{titles[code]} ({format_change(points, 1)})" for code, points in parts]
    return format_list(named) if named else _("nothing")
