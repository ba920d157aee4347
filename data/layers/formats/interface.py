"""What a module of a format offers: `list_layers` and `read`, and for tables and trees `guess`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data.layers.model import Choice, LayerInfo, RawLayer


@dataclass(frozen=True, kw_only=True)
class Guess:
    """Where a table or a tree seems to keep its coordinates, and what else could be chosen.

    `latitude`, `longitude`, `wkt` and `records` are what reading will use: what the person chose,
    or what the content suggests; None where nothing does.
    """

    latitude: str | None = None
    longitude: str | None = None
    wkt: str | None = None
    records: str | None = None
    columns: tuple[str, ...] = ()  # that may be chosen for latitude, longitude and wkt
    record_paths: tuple[str, ...] = ()  # that may be chosen for records; () where there is one kind

    @property
    def has_coordinates(self) -> bool:
        return self.wkt is not None or (self.latitude is not None and self.longitude is not None)


class FormatModule(Protocol):
    """Each function raises LayerError for a file that cannot be read, with one sentence.

    A module whose files do not say where their coordinates are has also
    `guess(path, choice) -> Guess`, never raising for what is merely undecided; `read` is then
    called only when the guess has coordinates.
    """

    def list_layers(self, path: Path, choice: Choice) -> tuple[LayerInfo, ...]: ...

    def read(self, path: Path, choice: Choice) -> RawLayer: ...
