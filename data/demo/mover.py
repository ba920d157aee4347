"""The offices of the living demo: each call moves one complaint a step on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Select, select

from data import complaints as path
from data.database import read
from data.demo.character import Character
from data.demo.newcomers import Newcomers
from data.instants import now
from data.schema import complaints
from data.store import Store
from data.vocabulary import Status

_NEIGHBOURS = 300
_RATING_CHANCE = 0.14
_REOPEN_CHANCE = 0.015
_REJECT_CHANCE = 0.02
_TRANSFER_CHANCE = 0.03
_SENT_BACK_CHANCE = 0.05
_OLDEST_CHANCE = 0.04  # somebody looks through the backlog
_EARLIER_CHANCE = 0.5
_EARLIEST_SECONDS, _LATEST_SECONDS = 3600.0, 45 * 86_400.0
_STEP_SHARE = {  # of the usual time of the whole work, until the next step
    Status.WAITING: 1.0,
    Status.ASSIGNED: 0.25,
    Status.IN_PROGRESS: 0.7,
    Status.VERIFYING: 0.05,
}
_NOT_BEFORE_SECONDS = 25


@dataclass(frozen=True)
class Move:
    """What happened to which complaint."""

    service_request_id: str
    kind: str


class Mover:
    """Chooses who is next by how long it has been due; so backlogs neither pile up nor vanish."""

    def __init__(self, store: Store, character: Character, newcomers: Newcomers) -> None:
        self._store, self._character, self._newcomers = store, character, newcomers

    def move_one(self, rng: np.random.Generator) -> Move | None:
        """One event through the write path; None when there is nothing to do."""
        rows = self._candidates(rng)
        if rng.random() < _RATING_CHANCE + _REOPEN_CHANCE:
            done = [r for r in rows if r.status == Status.RESOLVED and r.rating is None]
            if done:
                return self._citizen(done[int(rng.integers(len(done)))], rng)
        unfinished = [row for row in rows if Status(row.status).is_open]
        weights = np.asarray([self._urgency(row) for row in unfinished])
        if not weights.any():
            return None
        chosen = unfinished[int(rng.choice(len(unfinished), p=weights / weights.sum()))]
        return self._office(chosen, rng)

    def _candidates(self, rng: np.random.Generator) -> list[Any]:
        """Neighbours in time: changed just now, received around some earlier day, or oldest."""
        c = complaints.c
        query: Select[Any] = select(
            c.service_request_id, c.status, c.service_id, c.unit_id, c.district_id,
            c.requested_at, c.responded_at, c.updated_at, c.rating,
        )  # fmt: skip
        luck = rng.random()
        if luck < _OLDEST_CHANCE:
            query = query.where(c.status < int(Status.RESOLVED)).order_by(c.requested_at)
        elif luck < _OLDEST_CHANCE + _EARLIER_CHANCE:
            ago = np.exp(rng.uniform(np.log(_EARLIEST_SECONDS), np.log(_LATEST_SECONDS)))
            before = now() - timedelta(seconds=round(float(ago)))
            query = query.where(c.requested_at <= before).order_by(c.requested_at.desc())
        else:
            query = query.order_by(c.updated_at.desc())
        with read(self._store.engine) as connection:
            return list(connection.execute(query.limit(_NEIGHBOURS)))

    def _urgency(self, row: Any) -> float:
        """Time since the last event over the usual time to the next, up to 3."""
        idle = (now() - row.updated_at).total_seconds()
        if idle < _NOT_BEFORE_SECONDS:
            return 0.0
        service = self._character.services[row.service_id]
        waiting = row.responded_at is None
        hours = service.response_hours if waiting else service.resolution_hours
        usual = hours * 3600 * (1.0 if waiting else _STEP_SHARE[Status(row.status)])
        return min(max(idle / usual, 0.02), 3.0)

    def _citizen(self, row: Any, rng: np.random.Generator) -> Move:
        request = row.service_request_id
        if rng.random() < _REOPEN_CHANCE / (_RATING_CHANCE + _REOPEN_CHANCE):
            path.reopen(self._store, request, note=self._newcomers.note("reopened", rng))
            return Move(request, "reopened")
        stars = int(rng.choice([1, 2, 3, 4, 5], p=[0.07, 0.1, 0.18, 0.28, 0.37]))
        mood = "praise" if stars > 3 else "fair" if stars == 3 else "blame"
        comment = self._newcomers.note(mood, rng) if rng.random() < 0.3 else None
        path.rate(self._store, request, stars, solved=stars >= 3, comment=comment)
        return Move(request, "rated")

    def _office(self, row: Any, rng: np.random.Generator) -> Move:
        store, request, status = self._store, row.service_request_id, Status(row.status)
        note = self._newcomers.note
        unit = self._other_unit(row, rng)
        if row.unit_id is None and unit is not None:
            path.assign(store, request, unit)
            return Move(request, "assigned")
        if status in (Status.WAITING, Status.ASSIGNED):
            if rng.random() < _REJECT_CHANCE:
                path.reject(store, request, note=note("rejected", rng))
                return Move(request, "rejected")
            if unit is not None and rng.random() < _TRANSFER_CHANCE:
                path.transfer(store, request, unit, note=note("transferred", rng))
                return Move(request, "transferred")
            if row.responded_at is None:
                path.acknowledge(store, request)
                return Move(request, "acknowledged")
            path.start(store, request)
            return Move(request, "started")
        if status is Status.IN_PROGRESS:
            path.submit_for_verification(store, request)
            return Move(request, "submitted")
        if rng.random() < _SENT_BACK_CHANCE:
            path.send_back(store, request, note=note("sent_back", rng))
            return Move(request, "sent_back")
        path.resolve(store, request, note=note("resolved", rng))
        return Move(request, "resolved")

    def _other_unit(self, row: Any, rng: np.random.Generator) -> str | None:
        """An agency, or the office of the place, that is not the one in charge."""
        reference = self._store.reference()
        agencies = [u for u in reference.units.values() if u.kind == "agency"]
        local = reference.unit_of_district.get(row.district_id or 0)
        choices = [u.code for u in agencies if u.id != row.unit_id]
        if local is not None and local != row.unit_id:
            choices.append(reference.units[local].code)
        return choices[int(rng.integers(len(choices)))] if choices else None
