"""XML of any kind: a chosen element is a record, its attributes and elements are fields."""

from pathlib import Path

from data.layers.formats.interface import Guess
from data.layers.formats.placing import place
from data.layers.formats.record_columns import guess_records, to_record_columns
from data.layers.formats.xml_tree import find_records, records_at
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return (LayerInfo(path.stem),)


def guess(path: Path, choice: Choice) -> Guess:
    """Where records and coordinates seem to be. Raises LayerError."""
    samples, counts = find_records(path)
    return guess_records(samples, counts, choice, path.name)


def read(path: Path, choice: Choice) -> RawLayer:
    """The records of the chosen or guessed element. Raises LayerError."""
    found = guess(path, choice)
    if found.records is None:
        raise LayerError(
            "{name} holds no records, or several kinds of them; choose which are the layer",
            name=path.name,
        )
    columns = to_record_columns(records_at(path, found.records), path.name)
    return place(columns, found, choice, path.name)
