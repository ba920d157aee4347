"""Answers to the questions that some services ask."""

from collections.abc import Mapping
from typing import Any

from data.reference import Service

_OPTIONAL_ANSWERED = 4  # of ten


def answers_to(service: Service, ticket: int) -> dict[str, list[str]]:
    """Keys or words by attribute code: every required question, and some of the others."""
    answers = {}
    for place, attribute in enumerate(service.attributes):
        if attribute.get("variable") is False:
            continue
        luck = ticket // (103 + 2 * place) % 1000
        if attribute.get("required") or luck % 10 < _OPTIONAL_ANSWERED:
            value = _answer(attribute, luck // 10)
            if value is not None:
                answers[str(attribute["code"])] = [value]
    return answers


def _answer(attribute: Mapping[str, Any], luck: int) -> str | None:
    """None where only a person would know what to say, and need not."""
    values, kind = attribute.get("values") or [], attribute["datatype"]
    if kind in ("singlevaluelist", "multivaluelist"):
        # The first choices of a list are the common ones.
        return str(values[min(luck, 99 - luck // 2) % len(values)]["key"]) if values else None
    if kind == "number":
        return str(1 + luck % 9)
    if not attribute.get("required"):
        return None
    return "2026-01-01T08:00:00Z" if kind == "datetime" else "-"
