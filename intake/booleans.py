"""Yes and no, as clients write them."""

from intake.errors import Problem, problem
from intake.parsing import Fields
from intake.text import shown

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")


def read_boolean(fields: Fields, name: str, problems: list[Problem]) -> bool | None:
    """None where nothing was sent; what is neither yes nor no is added to `problems`."""
    text = fields.first(name)
    if text is None:
        return None
    value = to_boolean(text)
    if value is None:
        problems.append(problem(not_known(name, text)))
    return value


def to_boolean(text: str) -> bool | None:
    """None for what is neither yes nor no."""
    word = text.strip().lower()
    return word in _YES if word in _YES + _NO else None


def not_known(name: str, text: str) -> str:
    return f"{name} {shown(text)} is not known; send true or false"
