"""The fields of a request as a model checks them, and everything that is wrong with them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from data.reasons import reason_of_field
from intake.errors import Problem, problem
from intake.parsing import Fields

Model = TypeVar("Model", bound=BaseModel)

_LISTS = frozenset({"media_url"})  # may come several times


def read_model(
    fields: Fields, model: type[Model], *, context: Any, missing: Mapping[str, str]
) -> tuple[Model | None, list[Problem]]:
    """The model, None where a field is wrong or missing; `missing` has the remedy by field."""
    problems = [
        problem(
            f"{name} is given {len(values)} times with different values; send it once",
            reason_of_field(name),
        )
        for name, values in fields.values.items()
        if name in model.model_fields and name not in _LISTS and len(set(values)) > 1
    ]
    sent = {
        name: fields.values[name] if name in _LISTS else fields.values[name][0]
        for name in model.model_fields
        if name in fields.values
    }
    try:
        return model.model_validate(sent, context=context), problems
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, problems + [_problem(detail, missing) for detail in details]


def _problem(detail: Any, missing: Mapping[str, str]) -> Problem:
    name = detail["loc"][0]
    if detail["type"] == "missing":
        return problem(f"{name} is missing; {missing[name]}", reason_of_field(name))
    wrong = detail["ctx"]
    return Problem(wrong["code"], wrong["description"], wrong["reason"] or reason_of_field(name))
