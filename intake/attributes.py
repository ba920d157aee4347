"""A service's extra questions: how the standard shows them, and what answers they take."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.reasons import Reason
from data.reference import Reference, Service
from intake.errors import Problem, problem
from intake.models import Attribute, AttributeValue
from intake.text import shown

_VALUE_LIMIT = 1_000
_COUNT_LIMIT = 50
_PUBLIC = ("datetime", "singlevaluelist", "multivaluelist")
_WORDS = ("string", "text")
_IDENTIFYING_DIGITS = 8  # as few as a telephone number has
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def definitions(service: Service, reference: Reference, language: str) -> list[Attribute]:
    """The attributes of a service in their order, worded in one language."""

    def words(text: Any) -> str:
        return reference.language_text(text, language) if isinstance(text, dict) else str(text)

    found = [
        Attribute(
            variable=raw.get("variable", True),
            code=raw["code"],
            datatype=raw["datatype"],
            required=raw.get("required", False),
            datatype_description=words(raw.get("datatype_description") or "") or None,
            order=raw.get("order", place),
            description=words(raw.get("description", "")),
            values=[
                AttributeValue(key=str(value["key"]), name=words(value["name"]))
                for value in raw.get("values", ())
            ],
        )
        for place, raw in enumerate(service.attributes, start=1)
    ]
    return sorted(found, key=lambda attribute: attribute.order)


def public_answers(service: Service, answers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The answers that anybody may read, by code: none that could be a citizen's own words.

    A definition says `public = true` or `false`. Where it does not, choices and dates are public
    and numbers are not: people put telephone and identity numbers there. What looks like one is
    never public, and neither is text.
    """
    found = {}
    for raw in service.attributes:
        code, datatype = raw["code"], raw["datatype"]
        if code in answers and raw.get("public", datatype in _PUBLIC) and datatype not in _WORDS:
            values = [v for v in answers[code] if datatype != "number" or not _identifies(v)]
            if values:
                found[code] = values
    return found


def _identifies(number: str) -> bool:
    return sum(character.isdigit() for character in number) >= _IDENTIFYING_DIGITS


def attribute_problems(
    answers: Mapping[str, Sequence[str]], service: Service, reference: Reference
) -> list[Problem]:
    """What is wrong with the answers to a service's questions.

    Answers to questions that the service does not ask are kept as they are: clients that serve
    several cities add their own.
    """
    if len(answers) > _COUNT_LIMIT:
        return [_problem(f"{len(answers)} attributes are given; send at most {_COUNT_LIMIT}")]
    problems = [
        _problem(
            f"attribute[{code}] {shown(value)} is {len(value)} characters long; "
            f"send at most {_VALUE_LIMIT}"
        )
        for code, values in answers.items()
        for value in values
        if len(value) > _VALUE_LIMIT
    ]
    for attribute in definitions(service, reference, ""):
        values = answers.get(attribute.code, ())
        if not attribute.variable:
            continue
        if not values and attribute.required:
            problems.append(
                _problem(
                    f"attribute[{attribute.code}] is missing; service_code "
                    f"{shown(service.service_code)} asks: {attribute.description} "
                    f"See /open311/v2/services/{service.service_code}.json"
                )
            )
        if len(values) > 1 and attribute.datatype != "multivaluelist":
            problems.append(
                _problem(f"attribute[{attribute.code}] has {len(values)} values; send one")
            )
        problems += [
            _problem(f"attribute[{attribute.code}] {shown(value)} is not {expected}")
            for value in values
            if (expected := _mismatch(attribute, value))
        ]
    return problems


def _problem(description: str) -> Problem:
    return problem(description, Reason.ATTRIBUTE)


def _mismatch(attribute: Attribute, value: str) -> str | None:
    """What the value should have been, or None when it is that."""
    match attribute.datatype:
        case "number" if not _NUMBER.fullmatch(value.strip()):
            return "a number; send digits with a point, such as 12.5"
        case "datetime" if not _is_instant(value.strip()):
            return "a date; send ISO 8601, such as 2026-10-01T09:00:00+07:00"
        case "string" if "\n" in value:
            return "on one line; send it without line breaks"
        case "singlevaluelist" | "multivaluelist":
            keys = [choice.key for choice in attribute.values]
            return None if value in keys else f"one of its values; choose from {', '.join(keys)}"
    return None


def _is_instant(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
