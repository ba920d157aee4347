"""Which columns of a table, or paths of a tree, seem to hold its coordinates."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.imports.preset import heading
from data.layers.formats.interface import Guess
from data.layers.formats.numbers import read_coordinates, read_pairs
from data.layers.formats.written_shapes import is_shape
from data.layers.model import Choice, LayerError
from data.sentence import Sentence, say

LATITUDES = ("latitude", "lat", "lintang", "latitud")
LONGITUDES = ("longitude", "lon", "lng", "long", "bujur", "longitud")
_NORTHINGS = ("northing", "northings", "y", "ycoord", "coordy", "ordinat", "utm y")
_EASTINGS = ("easting", "eastings", "x", "xcoord", "coordx", "absis", "utm x")
_PAIRS = (
    "koordinat", "coordinates", "coordinate", "latlong", "latlng", "latlon", "lokasi", "location",
    "pos", "position", "posisi", "titik", "point", "georss point", "geo", "gps",
)  # fmt: skip
SAMPLE = 1_000  # rows that a guess looks at
_NAMED = 8  # columns that a sentence names
_ENOUGH = 0.5  # of the filled cells must hold what the name promises
_BESIDE = (
    "id", "no", "nomor", "kode", "code", "nama", "name", "alamat", "address", "keterangan", "wkt",
    "geom", "geometry", "geometri",
)  # fmt: skip
_QUALIFIED = ("koordinat", "garis", "titik", "gps", "lokasi", "posisi", "location", "wgs84")
# By these the line of column names is found below titles and blank lines.
HEADINGS = frozenset({
    *LATITUDES, *LONGITUDES, *_NORTHINGS, *_EASTINGS, *_PAIRS, *_BESIDE,
    *(f"{word} {name}" for word in _QUALIFIED for name in (*LATITUDES, *LONGITUDES, "x", "y")),
    *(f"{name} {word}" for word in _QUALIFIED for name in (*LATITUDES, *LONGITUDES, "x", "y")),
})  # fmt: skip

Columns = Mapping[str, Sequence[Any]]


def guess_columns(columns: Columns, choice: Choice, name: str) -> Guess:
    """What the person chose, else what names and values of the first rows suggest.

    Raises LayerError for a chosen column that is not there, and where there are no rows.
    """
    for wanted in (choice.latitude, choice.longitude, choice.wkt):
        if wanted is not None and wanted not in columns:
            raise LayerError(
                "{name} has no field {wanted!r}; it has {names}",
                name=name,
                wanted=wanted[:80],
                names=_names(columns),
            )
    if not any(columns.values()):
        raise LayerError("{name} has column names, but no rows below them", name=name)
    names = tuple(columns)
    if choice.wkt:
        return Guess(wkt=choice.wkt, columns=names)
    latitude, longitude = choice.latitude, choice.longitude
    if not (latitude or longitude):
        if wkt := next((one for one in columns if _holds_shapes(columns[one])), None):
            return Guess(wkt=wkt, columns=names)
        latitude, longitude = _pair_of_columns(columns)
    elif latitude is None or longitude is None:
        others = _pair_of_columns({one: columns[one] for one in names})
        latitude, longitude = latitude or others[0], longitude or others[1]
    return Guess(latitude=latitude, longitude=longitude, columns=names)


def says_degrees(guess: Guess) -> bool:
    """Whether the names of the columns themselves say latitude and longitude."""
    if guess.latitude == guess.longitude:
        return True
    return bool(_rank(guess.latitude or "", LATITUDES) and _rank(guess.longitude or "", LONGITUDES))


def _pair_of_columns(columns: Columns) -> tuple[str | None, str | None]:
    for firsts, seconds in ((LATITUDES, LONGITUDES), (_NORTHINGS, _EASTINGS)):
        best: tuple[int, str, str] | None = None
        numeric = [one for one in columns if _rank(one, (*firsts, *seconds))]
        numeric = [one for one in numeric if _holds_numbers(columns[one])]
        for first in numeric:
            for second in numeric:
                rank = min(_rank(first, firsts), _rank(second, seconds))
                if not rank or first == second:
                    continue
                # Those that differ in nothing else belong together: from_lat and from_lng.
                rank += 2 * (_rest(first, firsts) == _rest(second, seconds))
                if best is None or rank > best[0]:
                    best = (rank, first, second)
        if best:
            return best[1], best[2]
    for first in columns:  # a position as GeoJSON writes it, longitude first
        second = f"{first.removesuffix('.0')}.1"
        if first.endswith(".0") and second in columns and _rank(first, _PAIRS):
            return second, first
    pair = next((one for one in columns if _rank(one, _PAIRS) and _holds_pairs(columns[one])), None)
    return pair, pair


def _rank(column: str, words: Sequence[str]) -> int:
    """2 where a word is the name, 1 where it is in the name, else 0."""
    plain = _plain(column)
    if plain in words:
        return 2
    return int(any(word in plain.split() for word in words))


def _rest(column: str, words: Sequence[str]) -> list[str]:
    return [word for word in _plain(column).split() if word not in words]


def _plain(column: str) -> str:
    # Names like stopLat have their word where the capital stands.
    return heading(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column))


def _filled(cells: Sequence[Any]) -> list[Any]:
    return [cell for cell in cells[:SAMPLE] if cell is not None and cell != ""]


def _holds_numbers(cells: Sequence[Any]) -> bool:
    filled = _filled(cells)
    return bool(filled) and float(np.isfinite(read_coordinates(filled)).mean()) >= _ENOUGH


def _holds_pairs(cells: Sequence[Any]) -> bool:
    filled = _filled(cells)
    return bool(filled) and float(np.isfinite(read_pairs(filled)[0]).mean()) >= _ENOUGH


def _holds_shapes(cells: Sequence[Any]) -> bool:
    filled = _filled(cells)
    return bool(filled) and sum(map(is_shape, filled)) >= _ENOUGH * len(filled)


def _names(columns: Columns) -> str | Sentence:
    names = [name[:40] for name in columns]
    some = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        return say("{names} and {n} more", names=some, n=len(names) - _NAMED)
    return some or say("none")
