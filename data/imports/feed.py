"""Records that come over the network, a few at a time, stored as a preset says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import select

from data import schema
from data.bulk import Happening, History, record_histories
from data.database import read
from data.imports.catalogue import Catalogue
from data.imports.mapping import Mapper, Refused
from data.imports.preset import Preset
from data.imports.pushed import check_shapes, check_texts
from data.imports.records import flat
from data.later import add_what_followed
from data.reasons import Reason, reason_of_error
from data.store import Store
from data.withheld import withhold

_LOOKUP = 500


@dataclass(frozen=True)
class Taken:
    """What became of one record: stored, brought up to date, known already, or refused."""

    external_id: str | None
    service_request_id: str | None = None
    created: bool = False
    updated: bool = False
    refusal: str | None = None  # why it was refused
    reason: Reason | None = None  # likewise


@dataclass(frozen=True)
class Pusher:
    """What a client that pushes records may do: change complaints of the channel `acts_in` alone
    (None: of all), and `publish` what it says of a status."""

    acts_in: str | None
    publishes: bool


def take_records(
    store: Store,
    records: Sequence[Mapping[str, Any]],
    preset: Preset,
    *,
    pusher: Pusher | None = None,
) -> list[Taken]:
    """Store records, one answer for each in their order; those that are good are kept.

    A record whose id is stored already changes nothing; where the preset follows, its later state
    is added. What a client pushes must lie in the city, and does only what the client may. Never
    raises for what a record holds.
    """
    rows = [flat(record) for record in records]
    columns = tuple(dict.fromkeys([*(name for row in rows for name in row), *_names(preset)]))
    zone = store.reference().city.time_zone
    mapper = Mapper(preset, columns, Catalogue(store, preset), zone)
    taken: list[Taken] = [Taken(None)] * len(rows)
    histories: list[History] = []
    places: list[int] = []
    for place, row in enumerate(rows):
        cells = [row.get(name) for name in columns]
        try:
            if pusher is not None:
                check_shapes(records[place], preset)
            taken[place] = Taken(mapper.external_id(cells))
            history = mapper.history(cells)
            if pusher is not None:
                check_texts(history)
            histories.append(history)
            places.append(place)
        except Refused as refusal:
            taken[place] = replace(taken[place], refusal=str(refusal), reason=refusal.reason)
    if pusher is not None:
        histories, places = _inside(store, histories, places, taken)
        if not pusher.publishes:
            histories = [_withheld(history) for history in histories]
    acts_in = pusher.acts_in if pusher else None
    _store(store, preset, histories, places, taken, acts_in=acts_in)
    return taken


def _withheld(history: History) -> History:
    """The same, with the words of what happened kept from the public."""

    def inside(happening: Happening) -> Happening:
        if happening.note is None:
            return happening
        return replace(happening, data=withhold(happening.data))

    return replace(history, happenings=[inside(item) for item in history.happenings])


def _names(preset: Preset) -> list[str]:
    """A record may leave any of them out; what it must have is told of it, not of the feed."""
    follow_ups = preset.follow_ups.get("column", ())
    return [name for names in [*preset.columns.values(), follow_ups] for name in names]


def _inside(
    store: Store, histories: list[History], places: list[int], taken: list[Taken]
) -> tuple[list[History], list[int]]:
    locator, city = store.locator(), store.reference().city.name
    placed = [i for i, history in enumerate(histories) if history.new.latitude is not None]
    if not locator.has_boundaries or not placed:
        return histories, places
    found = locator.locate_many(
        np.array([histories[i].new.latitude for i in placed], dtype=float),
        np.array([histories[i].new.longitude for i in placed], dtype=float),
    )
    outside = {i for i, district_id in zip(placed, found, strict=True) if not district_id}
    for i in outside:
        new = histories[i].new
        words = f"lat {new.latitude}, long {new.longitude} lies outside {city}"
        taken[places[i]] = replace(taken[places[i]], refusal=words, reason=Reason.OUTSIDE)
    kept = [i for i in range(len(histories)) if i not in outside]
    return [histories[i] for i in kept], [places[i] for i in kept]


def _store(
    store: Store,
    preset: Preset,
    histories: list[History],
    places: list[int],
    taken: list[Taken],
    *,
    acts_in: str | None,
) -> None:
    result = record_histories(store, histories)
    for position, error in result.refused:
        taken[places[position]] = replace(
            taken[places[position]], refusal=str(error), reason=reason_of_error(error)
        )
    created = set(result.stored)
    left_out = created | {position for position, _ in result.refused}
    known = [i for i in range(len(histories)) if i not in left_out]
    updated: set[int] = set()
    if preset.follow:
        known_histories = [histories[i] for i in known]
        followed = add_what_followed(store, known_histories, acts_in=acts_in)
        updated = {known[position] for position in followed.updated}
    numbers = _service_request_ids(store, preset.source, [taken[p].external_id for p in places])
    for i, place in enumerate(places):
        if taken[place].refusal is None:
            taken[place] = replace(
                taken[place],
                service_request_id=numbers.get(taken[place].external_id),
                created=i in created,
                updated=i in updated,
            )


def _service_request_ids(
    store: Store, source: str, external_ids: Sequence[str | None]
) -> dict[str | None, str]:
    complaints = schema.complaints
    found: dict[str | None, str] = {}
    with read(store.engine) as connection:
        for start in range(0, len(external_ids), _LOOKUP):
            among = complaints.c.external_id.in_(external_ids[start : start + _LOOKUP])
            query = select(complaints.c.external_id, complaints.c.service_request_id).where(
                complaints.c.source == source, among
            )
            found.update({row[0]: row[1] for row in connection.execute(query)})
    return found
