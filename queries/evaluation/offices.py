"""A month told by who led its units: an officer's case ends with the term, as by a hand-over.

A complaint that is open when a term ends goes to who leads the unit then, with a case, a clock
and the whole allowance of their own. One that is closed stays with who closed it, unless it is
reopened; one in verification, unless it is sent back.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from data.vocabulary import EventKind
from queries.accountability import Terms
from queries.evaluation.cases import HANDING, Case, cases_of
from queries.evaluation.lives import Life, Moment
from queries.evaluation.month import Held, Month, held_of

_CLOSED = (EventKind.RESOLVED, EventKind.REJECTED, EventKind.SUBMITTED)
_OPEN = (EventKind.RECEIVED, EventKind.REOPENED, EventKind.SENT_BACK)


@dataclass(frozen=True)
class Office:
    """A unit under one officer: the place of the term in `Terms`; -1: vacant."""

    unit_id: int
    term: int


class Offices:
    """Numbers for offices, which stand where units do in a month told by officers."""

    def __init__(self, terms: Terms) -> None:
        self.listed: list[Office] = []
        self._numbers: dict[Office, int] = {}
        self._terms = terms
        starts: dict[int, set[int]] = defaultdict(set)
        for term, start, end in zip(
            terms.terms, terms.start.tolist(), terms.end.tolist(), strict=True
        ):
            starts[term.unit_id] |= {start, end}
        self._starts = {unit_id: sorted(found) for unit_id, found in starts.items()}
        self._leaders = {
            unit_id: terms.term_at(np.full(len(found), unit_id), np.array(found)).tolist()
            for unit_id, found in self._starts.items()
        }

    def number(self, unit_id: int, at: int) -> int:
        """Of who led the unit at that instant."""
        place = bisect_right(self._starts.get(unit_id, []), at) - 1
        office = Office(unit_id, self._leaders[unit_id][place] if place >= 0 else -1)
        if office not in self._numbers:
            self._numbers[office] = len(self.listed)
            self.listed.append(office)
        return self._numbers[office]

    def changes(self, unit_id: int, after: int, until: int) -> list[int]:
        """When the unit may have got another leader, in order."""
        return [at for at in self._starts.get(unit_id, ()) if after < at <= until]


def by_office(month: Month, offices: Offices) -> Month:
    """The same month with numbers of offices for ids of units."""
    told = [_retold(life, offices, month.seen_at) for life in (*month.lives, *month.older)]
    own = len(month.lives)
    lives, older = told[:own], told[own:]
    cases = [case for place, life in enumerate(lives) for case in _cases(life, place, offices)]
    held = held_of(told, month.begin, month.end)
    for place, life in enumerate(told):
        held += _left(life, place, month, offices)
    return replace(month, lives=lives, older=older, cases=cases, held=held)


def _retold(life: Life, offices: Offices, seen_at: int) -> Life:
    moments: list[Moment] = []
    unit_id, holder, is_free = None, -1, False
    for place, moment in enumerate(life.moments):
        if moment.kind in (EventKind.RECEIVED, *HANDING) and moment.unit_id is not None:
            unit_id, holder = moment.unit_id, offices.number(moment.unit_id, moment.at)
            moments.append(replace(moment, unit_id=holder))
        else:
            moments.append(moment)
        if moment.kind in _CLOSED:
            is_free = False
        elif moment.kind in (*_OPEN, *HANDING):
            is_free = True
        if unit_id is None or not is_free:
            continue
        until = life.moments[place + 1].at if place + 1 < len(life.moments) else seen_at
        for at in (moment.at, *offices.changes(unit_id, moment.at, until)):
            if (leader := offices.number(unit_id, at)) != holder:
                holder = leader
                moments.append(Moment(EventKind.TRANSFERRED, at, holder))
    return replace(life, moments=moments)


def _cases(life: Life, place: int, offices: Offices) -> Iterator[Case]:
    """Of these a change of leaders is no hand-over, and who was answered once is answered."""
    answered: set[int] = set()
    for case in cases_of(life, place):
        unit_id = offices.listed[case.unit_id].unit_id
        was_last = case.passed_on[-1].to if case.ended_at is not None else None
        case.is_left = was_last is not None and offices.listed[was_last].unit_id == unit_id
        case.passed_on = [
            one for one in case.passed_on if offices.listed[one.to].unit_id != unit_id
        ]
        case.is_inherited = case.came_from is not None and (
            offices.listed[case.came_from].unit_id == unit_id
        )
        case.was_answered = case.is_inherited and unit_id in answered
        if case.responded_at is not None:
            answered.add(unit_id)
        yield case


def _left(life: Life, place: int, month: Month, offices: Offices) -> Iterator[Held]:
    """What one leader left open in the month, and the next found so."""
    holder = None
    for moment in life.moments:
        if moment.kind not in (EventKind.RECEIVED, *HANDING) or moment.unit_id is None:
            continue
        former, holder = holder, moment.unit_id
        if former in (None, holder) or not month.begin <= moment.at < month.end:
            continue
        assert former is not None
        if offices.listed[former].unit_id == offices.listed[holder].unit_id:
            yield Held(place, former, +1)
            yield Held(place, holder, -1)
