"""The records in a JSON tree: lists of objects or of rows, wherever they are."""

from collections.abc import Iterator, Sequence
from typing import Any

from data.layers.formats.written_shapes import is_shape

ROOT = "$"  # the path of records that are the whole
_DEEPEST = 12  # steps to a list of records
_MOST_PATHS = 40
_LOOKED_AT = 50  # records, in which others are looked for
_DEPTH = 20  # of objects in a record; deeper than that nobody means anything
_SHORT = 4  # numbers of a list that become fields of their own
EVERY = "*"  # in a path: each value of an object whose keys are names


def find_paths(tree: Any) -> list[str]:
    """The paths to records, outermost first. 'a.b' is the list at b in a; 'a.*' are a's values."""
    found: dict[str, None] = {}
    _search(tree, (), found)
    if not found and isinstance(tree, dict) and tree:
        return [ROOT]
    return list(found)


def records_at(tree: Any, path: str) -> Iterator[dict[str, Any]]:
    """The records at a path, flat: objects in them become `outer.inner`, pairs `outer.0`."""
    steps = [] if path == ROOT else path.removeprefix(f"{ROOT}.").split(".")
    for rows in _follow(tree, steps):
        if isinstance(rows, dict):
            yield _flat(rows)
        elif _is_rows(rows):
            yield from _named_rows(rows)
        else:
            yield from (_flat(record) for record in rows if isinstance(record, dict))


def _search(node: Any, steps: tuple[str, ...], found: dict[str, None]) -> None:
    if len(steps) > _DEEPEST or len(found) >= _MOST_PATHS or is_shape(node):
        return
    if isinstance(node, list):
        if _is_records(node) or _is_rows(node):
            found.setdefault(_path(steps))
        for record in node[:_LOOKED_AT]:
            if isinstance(record, dict):
                _search_in(record, steps, found)
    elif isinstance(node, dict):
        if _is_index(node):
            found.setdefault(_path((*steps, EVERY)))
            for record in list(node.values())[:_LOOKED_AT]:
                _search_in(record, (*steps, EVERY), found)
        else:
            _search_in(node, steps, found)


def _search_in(record: dict[str, Any], steps: tuple[str, ...], found: dict[str, None]) -> None:
    for key, value in record.items():
        # A path is written with dots, so a key that has one cannot be a step of it.
        if isinstance(value, list | dict) and "." not in key and key != EVERY:
            _search(value, (*steps, key), found)


def _path(steps: Sequence[str]) -> str:
    return ".".join(steps) or ROOT


def _follow(node: Any, steps: Sequence[str]) -> Iterator[Any]:
    """What is at the end of the steps; through lists the steps go in each of their objects."""
    if not steps:
        yield node
    elif isinstance(node, list):
        for record in node:
            if isinstance(record, dict):
                yield from _follow(record, steps)
    elif isinstance(node, dict) and steps[0] == EVERY:
        for key, value in node.items():
            if isinstance(value, dict):
                yield from _follow({"key": key} | value, steps[1:])
    elif isinstance(node, dict) and isinstance(node.get(steps[0]), list | dict):
        yield from _follow(node[steps[0]], steps[1:])


def _is_records(node: list[Any]) -> bool:
    return bool(node) and all(isinstance(item, dict) for item in node[:_LOOKED_AT])


def _is_rows(node: Any) -> bool:
    """Two rows at least, each of plain values and as long as the others."""
    if not isinstance(node, list) or len(node) < 2:
        return False
    first = node[:_LOOKED_AT]
    return all(
        isinstance(row, list) and len(row) == len(first[0]) > 1 for row in first
    ) and not any(isinstance(cell, list | dict) for row in first for cell in row)


def _is_index(node: dict[str, Any]) -> bool:
    """Objects by their name or number, which have much in common."""
    values = list(node.values())[:_LOOKED_AT]
    if len(node) < 2 or not all(isinstance(value, dict) and value for value in node.values()):
        return False
    common = set.intersection(*(set(value) for value in values))
    return bool(common) and not any(is_shape(value) for value in values)


def _named_rows(rows: list[Any]) -> Iterator[dict[str, Any]]:
    """Rows by the names in the first one where it has names alone, else by number."""
    first = rows[0]
    named = all(isinstance(cell, str) for cell in first) and len(set(first)) == len(first)
    named = named and any(not isinstance(cell, str) for cell in rows[1])
    names = first if named else [str(number) for number in range(len(first))]
    for row in rows[1:] if named else rows:
        if isinstance(row, list):
            yield dict(zip(names, row, strict=False))


def _flat(record: dict[str, Any], prefix: str = "", depth: int = _DEPTH) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth and not is_shape(value):
            parts.update(_flat(value, f"{name}.", depth - 1))
        elif isinstance(value, list) and _is_short(value):
            parts.update({f"{name}.{place}": item for place, item in enumerate(value)})
        else:
            parts[name] = value
    return parts


def _is_short(value: list[Any]) -> bool:
    return 1 < len(value) <= _SHORT and all(
        isinstance(item, int | float) and not isinstance(item, bool) for item in value
    )
