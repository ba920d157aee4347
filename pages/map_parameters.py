"""What the map's addresses ask for: read strictly, refused in words."""

from collections.abc import Collection

from flask import request

from data.i18n import current_language
from data.reference import Reference
from data.store import Store
from queries.filters import ComplaintFilter
from queries.layers.membership import check_places
from queries.points import Bounds

_LARGEST_SEQ = 2**63 - 1
_LONGEST_QUOTE = 80


class BadParameter(ValueError):
    """A parameter that means nothing; the message names key, value and remedy."""


def read_filter(store: Store) -> ComplaintFilter:
    """The filter of this request, with codes and layers this city has. Raises FilterError."""
    found = ComplaintFilter.from_query(request.args)
    found.check(store.reference())
    check_places(store, found)
    return found


def read_int(key: str, *, low: int, high: int) -> int:
    text = request.args.get(key, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else low - 1
    if not low <= number <= high:
        raise BadParameter(f"{key} {_quoted(text)} is not a whole number from {low} to {high}")
    return number


def read_seq(key: str) -> int:
    return read_int(key, low=0, high=_LARGEST_SEQ)


def read_bounds(key: str = "bbox") -> Bounds:
    text = request.args.get(key, "")
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        return Bounds(west, south, east, north)
    except ValueError:
        raise BadParameter(
            f"{key} {_quoted(text)} is not west,south,east,north in degrees, "
            "such as 106.7,-6.3,106.9,-6.1"
        ) from None


def read_optional_bounds(key: str = "bbox") -> Bounds | None:
    return read_bounds(key) if request.args.get(key) else None


def read_choice(key: str, choices: tuple[str, ...], default: str) -> str:
    value = request.args.get(key) or default
    if value not in choices:
        raise BadParameter(f"{key} {_quoted(value)} is not one of {', '.join(choices)}")
    return value


def read_choices(key: str, choices: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    """Words with commas between; an empty list is one, too."""
    text = request.args.get(key)
    if text is None:
        return default
    values = tuple(value for value in text.split(",") if value)
    for value in values:
        if value not in choices:
            raise BadParameter(f"{key} {_quoted(value)} is not one of {', '.join(choices)}")
    return values


def read_overlays(known: Collection[str], key: str = "overlay") -> tuple[tuple[str, float], ...]:
    """City layers with their opacity (0 to 1) from `rivers:80,roads`, the lowest first."""
    found: dict[str, float] = {}
    for one in request.args.get(key, "").split(","):
        code, _, percent = one.partition(":")
        if not one:
            continue
        if code not in known:
            raise BadParameter(f"{key} {_quoted(code)} is not a layer of this city")
        is_number = percent.isascii() and percent.isdigit() and len(percent) <= 3
        if percent and not (is_number and int(percent) <= 100):
            raise BadParameter(f"{key} {_quoted(one)} is not like {code}:80, opacity in percent")
        found.setdefault(code, int(percent or 100) / 100)
    return tuple(found.items())


def read_language(reference: Reference) -> str:
    spoken = dict.fromkeys((*reference.city.languages, "en"))
    return read_choice("lang", tuple(spoken), current_language())


def _quoted(text: str) -> str:
    return repr(text[:_LONGEST_QUOTE]) if text else "(missing)"
