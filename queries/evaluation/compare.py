"""Two evaluations side by side: every figure that is another one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from queries.evaluation.model import COMPONENTS, Evaluation, Subject
from queries.measured import Measured

CITY = ""  # the code of the city itself
_MATURITY = ("received", "open", "due", "not_yet_due")


@dataclass(frozen=True)
class Change:
    """A figure before and after; None where one of the two has no such figure.

    `measure` is one of COMPONENTS, or 'score', 'rank' (a pair), 'n', 'differs', 'flag KIND',
    'method' (a version), or a part of the maturity of the whole.
    """

    code: str  # of a unit or an officer; CITY
    name: str
    measure: str
    before: Any
    after: Any


def compare_evaluations(before: Evaluation, after: Evaluation) -> tuple[Change, ...]:
    """The city first, then units and officers by code, each by measure."""
    found = [Change(CITY, after.city, "method", before.method, after.method)]
    found += [
        Change(
            CITY, after.city, name, getattr(before.maturity, name), getattr(after.maturity, name)
        )
        for name in _MATURITY
    ]
    found += [
        Change(
            CITY,
            after.city,
            name,
            _value(before.city_figures.get(name)),
            _value(after.city_figures.get(name)),
        )
        for name in COMPONENTS
    ]
    for old, new in _pairs(before, after):
        found += _of_subject(old, new)
    return tuple(change for change in found if change.before != change.after)


@dataclass(frozen=True)
class Difference:
    """Where two texts part: `place` such as 'units/kel-10.1/score'."""

    place: str
    kept: Any
    found: Any


def text_differences(kept: str, found: str) -> tuple[Difference, ...]:
    """What differs between two texts of canonical JSON, value by value; () for the same bytes."""
    if kept == found:
        return ()
    try:
        pair = json.loads(kept), json.loads(found)
    except ValueError:
        return (Difference("", "text that is no JSON", "other text"),)
    parted = tuple(_walk("", *pair))
    return parted or (Difference("", "JSON in another form", "canonical JSON"),)


_NOTHING = object()


def _walk(place: str, kept: Any, found: Any) -> Iterator[Difference]:
    if isinstance(kept, list) and isinstance(found, list):
        kept, found = _keyed(kept), _keyed(found)
    if isinstance(kept, dict) and isinstance(found, dict):
        for key in sorted(kept.keys() | found.keys()):
            inner = f"{place}/{key}" if place else key
            yield from _walk(inner, kept.get(key, _NOTHING), found.get(key, _NOTHING))
    elif kept != found or type(kept) is not type(found):
        yield Difference(place, _shown(kept), _shown(found))


def _keyed(values: list[Any]) -> dict[str, Any]:
    """By their codes where they have them, so that one more does not shift all others."""
    keys = [_key(value, place) for place, value in enumerate(values)]
    if len(set(keys)) < len(keys):
        keys = [str(place) for place in range(len(values))]
    return dict(zip(keys, values, strict=True))


def _key(value: Any, place: int) -> str:
    if not isinstance(value, dict):
        return str(place)
    parts = [value.get(name) for name in ("kind", "parent", "unit", "code")]
    named = [str(part) for part in parts if part is not None]
    return " ".join(named) if named else str(place)


def _shown(value: Any) -> Any:
    return None if value is _NOTHING else value


def _pairs(
    before: Evaluation, after: Evaluation
) -> Iterator[tuple[Subject | None, Subject | None]]:
    old, new = _by_key(before), _by_key(after)
    for key in sorted(old.keys() | new.keys()):
        yield old.get(key), new.get(key)


def _by_key(evaluation: Evaluation) -> dict[tuple[bool, str, str], Subject]:
    """Units before officers; an officer once for each unit that was led."""
    return {
        (one.kind == "officer", one.code, one.parent or ""): one
        for one in (*evaluation.units, *evaluation.officers)
    }


def _of_subject(old: Subject | None, new: Subject | None) -> list[Change]:
    one = new or old
    assert one is not None
    pairs: list[tuple[str, Any, Any]] = [
        ("score", old and old.score, new and new.score),
        ("rank", old and old.rank, new and new.rank),
        ("differs", old and old.differs, new and new.differs),
        ("n", old and old.n, new and new.n),
    ]
    for name in COMPONENTS:
        pairs.append(
            (
                name,
                old and _value(old.components.get(name)),
                new and _value(new.components.get(name)),
            )
        )
    kinds = sorted({*(old.flags if old else ()), *(new.flags if new else ())})
    for kind in kinds:
        before = old.flags.get(kind, 0) if old else None
        after = new.flags.get(kind, 0) if new else None
        if before or after:
            pairs.append((f"flag {kind}", before, after))
    return [Change(one.code, one.name, name, before, after) for name, before, after in pairs]


def _value(measured: Measured | None) -> float | None:
    return None if measured is None else measured.value
