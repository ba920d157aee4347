"""JSON that is no GeoJSON: arrays of records, nested ones, records by name, one record a line."""

import json
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from data.layers.formats.guessing import SAMPLE
from data.layers.formats.interface import Guess
from data.layers.formats.json_tree import find_paths, records_at
from data.layers.formats.placing import place
from data.layers.formats.record_columns import guess_records, to_record_columns
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    _tree(path)
    return (LayerInfo(path.stem),)


def guess(path: Path, choice: Choice) -> Guess:
    """Where records and coordinates seem to be. Raises LayerError."""
    tree = _tree(path)
    samples = {one: list(islice(records_at(tree, one), SAMPLE)) for one in find_paths(tree)}
    samples = {one: records for one, records in samples.items() if records}
    if choice.records is not None and choice.records not in samples:
        records = list(islice(records_at(tree, choice.records), SAMPLE))
        samples |= {choice.records: records} if records else {}
    counts = {one: sum(1 for _ in records_at(tree, one)) for one in samples}
    return guess_records(samples, counts, choice, path.name)


def read(path: Path, choice: Choice) -> RawLayer:
    """The records at the chosen or guessed path. Raises LayerError."""
    found = guess(path, choice)
    if found.records is None:
        raise LayerError(
            "{name} holds no records, or several kinds of them; choose which are the layer",
            name=path.name,
        )
    columns = to_record_columns(records_at(_tree(path), found.records), path.name)
    return place(columns, found, choice, path.name)


def _tree(path: Path) -> Any:
    state = path.stat()
    return _parsed(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)  # a file is listed, guessed and read in turn
def _parsed(path: Path, changed: int, size: int) -> Any:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        tree = json.loads(text)
    except RecursionError as error:
        raise LayerError(
            "{name} is nested too deeply to be a list of records", name=path.name
        ) from error
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise LayerError(
                "{name} is not whole JSON: {reason} at line {line}, column {column}; send it "
                "again or mend it there",
                name=path.name,
                reason=error.msg,
                line=error.lineno,
                column=error.colno,
            ) from error
        tree = _lines(path, text)
    except ValueError as error:  # an integer of thousands of digits
        raise LayerError("{name} holds a number too long to be one", name=path.name) from error
    if not isinstance(tree, list | dict) or not tree:
        raise LayerError("{name} is JSON, but holds no records", name=path.name)
    return tree


def _lines(path: Path, text: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise LayerError(
                    "{name}, line {number} is not JSON; mend that line or send it again",
                    name=path.name,
                    number=number,
                ) from error
    return records
