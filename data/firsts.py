"""First complaints in memory, and which of them another one repeats by data/duplicates.py."""

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

from data.geography import MAX_LATITUDE, TILES
from data.likeness import are_alike

WITHIN_METRES = 50.0
WITHIN_SECONDS = 86_400
_EARTH_METRES = 6_371_008.8  # mean radius
_CELL_METRES = 2 * math.pi * 6_378_137.0 / TILES  # width of a cell at the equator
_BLOCK = 8  # cells; reports are kept by blocks of so many
_MOST_CELLS = 16  # to each side: at 85° cells are that narrow, and there is no city beyond


class Report(NamedTuple):
    """One complaint as far as it can be repeated; sorts by time. `words` are plain_words."""

    at: int  # UTC seconds
    id: int
    service_id: int
    x: int
    y: int
    latitude: float
    longitude: float
    words: str


class Firsts:
    """First complaints of their groups, kept by service and place, in order of time."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[int, int, int], list[Report]] = {}
        self._ids: set[int] = set()

    def add(self, report: Report) -> None:
        if report.id not in self._ids:
            self._ids.add(report.id)
            key = (report.service_id, report.x // _BLOCK, report.y // _BLOCK)
            insort(self._blocks.setdefault(key, []), report)

    def first_of(self, report: Report) -> int | None:
        """The id of the earliest that this one repeats."""
        found: Report | None = None
        reach = cells_around(report.latitude)
        rows = range((report.y - reach) // _BLOCK, (report.y + reach) // _BLOCK + 1)
        for column in range((report.x - reach) // _BLOCK, (report.x + reach) // _BLOCK + 1):
            for row in rows:
                key = (report.service_id, column % (TILES // _BLOCK), row)
                first = _earliest(self._blocks.get(key, ()), report)
                if first is not None and (found is None or first < found):
                    found = first
        return None if found is None else found.id

    def forget_before(self, at: int) -> None:
        """Drop what can no longer be repeated by anything received from `at` on."""
        for key, reports in list(self._blocks.items()):
            gone = bisect_left(reports, (at - WITHIN_SECONDS,))
            self._ids.difference_update(report.id for report in reports[:gone])
            del reports[:gone]
            if not reports:
                del self._blocks[key]


def _earliest(known: Sequence[Report], report: Report) -> Report | None:
    """The first of those in order of time that the report repeats."""
    for place in range(bisect_left(known, (report.at - WITHIN_SECONDS,)), len(known)):
        first = known[place]
        if first.at > report.at:
            return None
        if (
            metres_between(first.latitude, first.longitude, report.latitude, report.longitude)
            <= WITHIN_METRES
            and first.id != report.id
            and are_alike(first.words, report.words)
        ):
            return first
    return None


def metres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Along the great circle (haversine), between two places in degrees."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((other_phi - phi) / 2) ** 2 + (
        math.cos(phi)
        * math.cos(other_phi)
        * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(half, 1.0)))


def cells_around(latitude: float) -> int:
    """How many cells to each side hold all that lies within WITHIN_METRES: 2 in Jakarta."""
    shrink = math.cos(math.radians(min(abs(latitude), MAX_LATITUDE)))
    return min(math.ceil(WITHIN_METRES / (_CELL_METRES * shrink)), _MOST_CELLS)
