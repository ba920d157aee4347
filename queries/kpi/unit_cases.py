"""Cases of units in a period, judged by the rule of the monthly evaluation.

A unit answers for the time it had a case itself; what its mix of services predicts is what the
whole city reaches over the same period. See `queries.evaluation.promises`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method, method_versions, read_method
from data.store import Store
from data.vocabulary import Outcome
from queries.columns import MISSING
from queries.evaluation.funnel import Standing, stand
from queries.evaluation.promises import (
    is_comparable,
    judged,
    on_time,
    others_share,
    own_to_resolve,
    rates,
)
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, cohort_of, select_everyone
from queries.kpi.model import Window
from queries.kpi.spell_columns import select_spells
from queries.present import Present

Array = NDArray[Any]


def newest_method() -> Method:
    """What units are judged by, here and in the next evaluation."""
    return read_method(method_versions()[-1])


@dataclass(frozen=True)
class Judged:
    """Of each unit, by its id: cases due, where it stands, and whether others have such cases."""

    due: Array
    standing: Standing
    is_alone: Array  # with cases enough, but no other unit to compare with

    @property
    def sides(self) -> Array:
        """-1 worse than the city, 0 as expected, 1 better; of those that are judged."""
        return self.standing.sides[self.standing.is_there]

    @property
    def too_few(self) -> int:
        """Units with cases due that are not judged for want of cases."""
        return int(((self.due > 0) & ~self.standing.is_there & ~self.is_alone).sum())


class UnitCases:
    """The spells of the complaints of a filter, and those of the whole city beside them."""

    def __init__(self, store: Store, complaint_filter: ComplaintFilter) -> None:
        reference = store.reference()
        self.method = newest_method()
        self._units = max(reference.units, default=0) + 1
        self._services = max(reference.services, default=0) + 1
        self._chosen = np.ones(self._units, bool)
        if codes := complaint_filter.units:
            self._chosen[:] = False
            self._chosen[[reference.unit_by_code[code].id for code in codes]] = True
        self._spells = select_spells(store, complaint_filter)
        # A unit has the cases it was accountable for itself, wherever they are now.
        self._mine = select_everyone(store, complaint_filter.replace(units=()))
        self._city = select_everyone(store, _whole_city(complaint_filter))
        self._places = {id(one): self._place_in(one) for one in (self._mine, self._city)}

    def judge(self, window: Window) -> Judged:
        return self.judge_parts(window, lambda days: np.zeros(len(days), np.int64), 1)[0]

    def judge_parts(self, window: Window, part_of: Any, number: int) -> list[Judged]:
        """One for each part of the window; `part_of` has the part of each day, or -1."""
        city = mine = self._tally(cohort_of(self._city, window), part_of, number)
        if self._city is not self._mine:
            mine = self._tally(cohort_of(self._mine, window), part_of, number)
        found = []
        for part in range(number):
            due, kept, _own, _all = (table[part].sum(axis=0) for table in city)
            chance, others = rates(kept, due), others_share(city[3][part])
            all_units = np.ones(self._units, bool)
            everyone = whole = self._stand(city, part, chance, others, all_units)
            if city is not mine or not self._chosen.all():
                whole = self._stand(mine, part, chance, others, self._chosen, among=everyone)
            enough, has_others = self._comparable(mine, part, others)
            alone = enough & ~has_others & self._chosen
            found.append(Judged(mine[0][part].sum(axis=1) * self._chosen, whole, alone))
        return found

    def not_due(self, window: Window) -> int:
        """Cases whose deadline is still to come."""
        cohort = cohort_of(self._mine, window)
        spells, _ = self._spells_of(cohort)
        due = self._spells["resolution_due_at"][spells]
        running = self._spells["resolution_outcome"][spells] == int(Outcome.OPEN)
        running &= self._chosen[self._spells["unit_id"][spells]]
        return int((running & (due != MISSING) & (due > cohort.instant)).sum())

    def _stand(
        self,
        tables: tuple[Array, ...],
        part: int,
        chance: Array,
        others: Array,
        chosen: Array,
        among: Standing | None = None,
    ) -> Standing:
        due, kept, _own, _all = (table[part] for table in tables)
        enough, has_others = self._comparable(tables, part, others)
        return stand(
            kept.sum(axis=1) * chosen,
            due * chosen[:, np.newaxis],
            chance,
            enough & has_others & chosen,
            self.method.winsorised_share,
            among=among,
        )

    def _comparable(
        self, tables: tuple[Array, ...], part: int, others: Array
    ) -> tuple[Array, Array]:
        """Of each unit, whether it has enough cases of its own, and others enough like them."""
        own, cases = tables[2][part].sum(axis=1), tables[3][part]
        n, shares = cases.sum(axis=1), (cases * others).sum(axis=1)
        has_others = is_comparable(shares, n, self.method.min_comparable)
        return own >= self.method.min_ranked, has_others

    def _place_in(self, everyone: Present) -> Array:
        """The position of each spell's complaint; that of none, which is one beyond, else."""
        ids, wanted = everyone["id"], self._spells["complaint_id"]
        place = np.searchsorted(ids, wanted)
        inside = np.minimum(place, max(len(ids) - 1, 0))
        found = ids[inside] == wanted if len(ids) else np.zeros(len(wanted), bool)
        return np.where(found, place, len(ids))

    def _spells_of(self, cohort: Cohort) -> tuple[Array, Array]:
        """Positions of the cohort's spells, and of each the position of its complaint in it."""
        where = np.full(len(cohort.everyone) + 1, -1, np.int64)
        where[cohort.chosen] = np.arange(len(cohort))
        of = where[self._places[id(cohort.everyone)]]
        spells = np.flatnonzero(of >= 0)
        return spells, of[spells]

    def _tally(self, cohort: Cohort, part_of: Any, number: int) -> tuple[Array, ...]:
        """Cases due, kept on time, its own to resolve, and all; each by part, unit and service."""
        spells, of = self._spells_of(cohort)
        part = part_of(cohort["day"])[of]
        unit = self._spells["unit_id"][spells].astype(np.int64)
        key = (part * self._units + unit) * self._services + cohort["service_id"][of]
        shape = (number, self._units, self._services)
        size = number * self._units * self._services
        return tuple(
            np.bincount(key[which & (part >= 0)], minlength=size).reshape(shape)
            for which in self._outcomes(spells, cohort)
        )

    def _outcomes(self, spells: Array, cohort: Cohort) -> tuple[Array, ...]:
        """As they stood at the cohort's instant: due, kept on time, own to resolve, had at all."""

        def until(name: str) -> Array:
            at = self._spells[name][spells]
            return np.where(at <= cohort.instant, at, MISSING)

        due, ended = self._spells["resolution_due_at"][spells], until("ended_at")
        share = self.method.flags.late_handover_share
        started = self._spells["started_at"][spells]
        is_judged = judged(started, due, ended, share, cohort.instant)
        return (
            is_judged,
            is_judged & on_time(due, until("resolved_at")),
            own_to_resolve(ended),
            started <= cohort.instant,
        )


def _whole_city(complaint_filter: ComplaintFilter) -> ComplaintFilter:
    """The same services and channels, wherever they were and whoever has them."""
    return complaint_filter.replace(
        districts=(), units=(), near=(), far=(), inside=(), outside=(), areas=()
    )
