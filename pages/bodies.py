"""JSON that was sent: one object of what can be stored, or a sentence that says why not."""

from typing import Any

from flask import request

from data.plain_text import is_writable
from pages.map_parameters import BadParameter

_DEEPEST = 20
_LARGEST = 2**53  # beyond, JSON's numbers lose their last digits


def read_object(longest: int) -> dict[str, Any]:
    """The JSON object of the request, of at most `longest` bytes.

    Its texts are without control characters, its numbers finite. Raises BadParameter.
    """
    if not request.is_json:
        raise BadParameter("the body is not application/json; send a JSON object")
    if request.content_length is None or request.content_length > longest:
        raise BadParameter(
            f"the body is longer than {longest // 1024} KB, or does not say; send less"
        )
    try:
        found = request.get_json(silent=True)
    except RecursionError:
        raise BadParameter("the body is nested too deeply; send a plain JSON object") from None
    if not isinstance(found, dict):
        raise BadParameter('the body is not a JSON object such as {"name": "Floods"}')
    _check(found)
    return found


def _check(found: dict[str, Any]) -> None:
    waiting: list[tuple[str, int, Any]] = [("the body", 0, found)]
    while waiting:
        name, depth, value = waiting.pop()
        if depth > _DEEPEST:
            raise BadParameter(f"{name} is nested deeper than {_DEEPEST} levels; make it plainer")
        match value:
            case dict():
                waiting += [("a name in the body", depth, key) for key in value]
                waiting += [(repr(key[:40]), depth + 1, one) for key, one in value.items()]
            case list():
                waiting += [(name, depth + 1, one) for one in value]
            case str() if not is_writable(value):
                raise BadParameter(
                    f"{name} holds control characters or half a character; write it anew"
                )
            case int() | float() if not -_LARGEST <= value <= _LARGEST:
                raise BadParameter(
                    f"{name} is not a number from {-_LARGEST} to {_LARGEST}; send a smaller one"
                )
