"""JSON: an array of objects, an object that holds one, or one object a line."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from data.imports.encodings import find_encoding
from data.imports.table import Layout, Row, Source, Table, TableError

_DEPTH = 20  # deeper than that nobody means anything


@contextmanager
def read_records(source: Source, layout: Layout) -> Iterator[Table]:
    """Rows in the order of columns first seen; nested objects become `outer.inner` columns.

    The whole file is held in memory.
    """
    encoding, words = find_encoding(source.name, source.open, layout.encoding)
    with source.open() as binary:
        text = binary.read().decode(encoding, errors="replace")
    records = [flat(record) for record in _records(source.name, text, layout.records)]
    columns = tuple(dict.fromkeys(name for record in records for name in record))
    if not records:
        raise TableError(f"{source.name} holds no records")
    done = 0

    def rows() -> Iterator[Row]:
        nonlocal done
        for number, record in enumerate(records, start=1):
            done = number
            if record:
                yield number, [record.get(name) for name in columns]

    yield Table(columns, rows(), len(records), lambda: done, f"JSON, {words}")


def _records(name: str, text: str, key: str | None) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise TableError(f"{name} is nested too deeply to be a list of records") from error
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise TableError(f"{name} is not JSON: {error}") from error
        found = _lines(name, text)
    for step in key.split(".") if key else ():
        if not isinstance(found, dict) or step not in found:
            raise TableError(f"{name} has no {key!r}, where the preset says its records are")
        found = found[step]
    if isinstance(found, dict):
        lists = [value for value in found.values() if _is_records(value)]
        if len(lists) == 1:
            return lists[0]
        if lists:
            raise TableError(
                f"{name} holds {len(lists)} lists; say in the preset's `records` which"
            )
        return [found]
    if not _is_records(found) and found != []:
        raise TableError(f"{name} is JSON, but not a list of objects")
    return found


def _lines(name: str, text: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise TableError(f"{name}, line {number} is not JSON: {error}") from error
    return records


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def flat(record: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> dict[str, Any]:
    """A record without objects in it: their parts are called `outer.inner`.

    Half characters, which no database takes, become replacement characters.
    """
    parts: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and depth:
            parts.update(flat(value, f"{prefix}{name}.", depth - 1))
        else:
            parts[_mended(f"{prefix}{name}")] = _mended(value, depth)
    return parts


def _mended(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | dict) and not depth:
        return "…"
    if isinstance(value, list):
        return [_mended(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(item, depth - 1) for name, item in value.items()}
    return value
