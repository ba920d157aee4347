"""Who held which office when, and how complaints went from one unit to another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.accountability.listing import Term
from data.instants import local_midnight, to_epoch
from data.store import Store

_FOR_EVER = 1 << 40  # beyond any instant, in seconds
_SHIFT = 41  # bits for an instant, of either sign


@dataclass(frozen=True)
class Terms:
    """All terms of a city, by unit, post and first day, to be asked for many instants at once.

    The arrays go with `terms`: `start` and `end` (exclusive) are local midnights in UTC seconds.
    """

    terms: tuple[Term, ...]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    _leading: NDArray[np.int64]  # places of the terms of each unit's first post
    _keys: NDArray[np.int64]  # of those, by unit and start

    def term_at(self, unit_id: ArrayLike, at: ArrayLike) -> NDArray[np.int64]:
        """The place in `terms` of who led each unit at each instant (UTC seconds); -1: nobody.

        A unit is led from the post with the code 'head', else from its first by code.
        """
        units, instants = np.asarray(unit_id, np.int64), np.asarray(at, np.int64)
        if not len(self._keys):
            return np.full(np.broadcast(units, instants).shape, -1, np.int64)
        place = np.searchsorted(self._keys, _key(units, instants), side="right") - 1
        found = self._leading[np.maximum(place, 0)]
        fits = (place >= 0) & (self._unit_ids[found] == units) & (instants < self.end[found])
        return np.where(fits, found, -1)

    def officer_at(self, unit_id: ArrayLike, at: ArrayLike) -> NDArray[np.int64]:
        """The id of the officer who led each unit at each instant (UTC seconds); 0: nobody."""
        ids = np.asarray([term.officer_id for term in self.terms] + [0], np.int64)
        return ids[self.term_at(unit_id, at)]

    def leaders(self, unit_id: int, start: int, end: int) -> tuple[Term, ...]:
        """Who led a unit from an instant until another (UTC seconds, both within), in order."""
        return tuple(
            self.terms[place]
            for place in self._leading.tolist()
            if self.terms[place].unit_id == unit_id
            and self.start[place] <= end
            and start < self.end[place]
        )

    @property
    def _unit_ids(self) -> NDArray[np.int64]:
        return np.asarray([term.unit_id for term in self.terms], np.int64)


def terms_by_unit(store: Store, known_at: datetime | None = None) -> Terms:
    """Every term, as it is known now, or was at a past instant."""
    found = store.terms(known_at)
    zone = store.reference().city.time_zone
    bounds = [_bounds(term, zone) for term in found]
    start = np.asarray([first for first, _ in bounds], np.int64)
    end = np.asarray([last for _, last in bounds], np.int64)
    first_post: dict[int, int] = {}
    for term in found:
        first_post.setdefault(term.unit_id, term.post_id)
    leading = np.asarray(
        [i for i, term in enumerate(found) if term.post_id == first_post[term.unit_id]], np.int64
    )
    units = np.asarray([term.unit_id for term in found], np.int64)
    return Terms(tuple(found), start, end, leading, _key(units[leading], start[leading]))


def officers_in_office(
    store: Store, unit_id: int, at: datetime, known_at: datetime | None = None
) -> tuple[Term, ...]:
    """Who held the posts of a unit at an instant, its head first; a post may be vacant."""
    day = at.astimezone(store.reference().city.time_zone).date()
    return tuple(
        term
        for term in store.terms(known_at)
        if term.unit_id == unit_id
        and term.from_date <= day
        and (term.until_date is None or day <= term.until_date)
    )


def _bounds(term: Term, zone: ZoneInfo) -> tuple[int, int]:
    start = to_epoch(local_midnight(term.from_date, zone))
    if term.until_date is None:
        return start, _FOR_EVER
    return start, to_epoch(local_midnight(term.until_date + timedelta(days=1), zone))


def _key(unit_id: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number that grows with the unit, and within a unit with the instant."""
    return np.asarray((unit_id << _SHIFT) + at + (1 << (_SHIFT - 1)))
