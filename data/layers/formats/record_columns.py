"""Records of a tree, flat already, as columns; and which kind of record is the layer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.layers.formats.guessing import SAMPLE, guess_columns
from data.layers.formats.interface import Guess
from data.layers.formats.values import clean_text
from data.layers.limits import LIMITS
from data.layers.model import Choice, Columns, LayerError
from data.sentence import say

_MOST_COLUMNS = 1_000
_SHOWN = 8


def to_record_columns(records: Iterable[Mapping[str, Any]], name: str) -> Columns:
    """In the order in which the names come first. Raises LayerError for too many of either."""
    columns: Columns = {}
    count = 0
    for record in records:
        if len(columns) > _MOST_COLUMNS:
            raise LayerError(
                "{name} has more than {limit} different fields; choose other records",
                name=name,
                limit=_MOST_COLUMNS,
            )
        for title, value in record.items():
            column = columns.setdefault(title, [])
            column.extend([None] * (count - len(column)))
            column.append(value)
        count += 1
        if count > LIMITS.features:
            raise LayerError(
                "{name} holds more than {limit} records; give a part of it",
                name=name,
                limit=LIMITS.features,
            )
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return {clean_text(title): column for title, column in columns.items()}


def guess_records(
    samples: Mapping[str, Sequence[Mapping[str, Any]]],
    counts: Mapping[str, int],
    choice: Choice,
    name: str,
) -> Guess:
    """Of several kinds of records the most frequent one that has coordinates.

    `samples` and `counts` are by path. Raises LayerError for a chosen path that is not there.
    """
    paths = tuple(samples)
    if choice.records is not None and choice.records not in samples:
        raise LayerError(
            "{name} has no records at {records!r}; it has them at {names}",
            name=name,
            records=choice.records[:80],
            names=", ".join(paths[:_SHOWN]) or say("no place"),
        )
    if not paths:
        return Guess()
    offered = paths if len(paths) > 1 else ()
    wanted = [choice.records] if choice.records is not None else paths
    guesses = _guess_each({path: samples[path] for path in wanted}, choice, name)
    wanted = list(guesses)
    placed = [path for path in wanted if guesses[path].has_coordinates]
    if placed:
        path = max(placed, key=lambda one: counts[one])
    elif len(wanted) == 1:
        path = wanted[0]
    else:
        return Guess(record_paths=offered)
    found = guesses[path]
    return Guess(
        latitude=found.latitude,
        longitude=found.longitude,
        wkt=found.wkt,
        records=path,
        columns=found.columns,
        record_paths=offered,
    )


def _guess_each(
    samples: Mapping[str, Sequence[Mapping[str, Any]]], choice: Choice, name: str
) -> dict[str, Guess]:
    """By path, without those that lack a chosen field. Raises LayerError where all do."""
    guesses: dict[str, Guess] = {}
    refusal: LayerError | None = None
    for path, sample in samples.items():
        try:
            columns = to_record_columns(sample[:SAMPLE], name)
            guesses[path] = guess_columns(columns, choice, name)
        except LayerError as error:
            refusal = refusal or error
    if refusal is not None and not guesses:
        raise refusal
    return guesses
