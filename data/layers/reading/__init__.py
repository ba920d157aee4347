"""Reading layers from files that anybody may have made: `inspect_source`, then `read_source`."""

from collections.abc import Sequence
from pathlib import Path

from data.layers.limits import LIMITS, Limits
from data.layers.model import Choice, FeatureTable
from data.layers.reading.crs import Hint, search_crs
from data.layers.reading.frame import WORLD, CityFrame, city_frame
from data.layers.reading.inspection import Inspection
from data.layers.reading.process import run

__all__ = [
    "LIMITS",
    "WORLD",
    "CityFrame",
    "Hint",
    "Inspection",
    "Limits",
    "city_frame",
    "inspect_source",
    "read_source",
    "search_crs",
]


def inspect_source(paths: Sequence[Path], choice: Choice, *, city: CityFrame) -> Inspection:
    """What the files hold and what is still to be chosen; several paths are parts of one layer.

    Raises LayerError for files that cannot be read, never for what is merely undecided.
    """
    found = run("inspect", paths, choice, city)
    assert isinstance(found, Inspection)
    return found


def read_source(paths: Sequence[Path], choice: Choice, *, city: CityFrame) -> FeatureTable:
    """All features, ready to be kept. Raises LayerError with one sentence."""
    table = run("read", paths, choice, city)
    assert isinstance(table, FeatureTable)
    return table
