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
    word = text.strip().lower()
    if word not in _YES + _NO:
        problems.append(problem(f"{name} {shown(text)} is not known; send true or false"))
    return word in _YES
