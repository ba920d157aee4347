"""Later states of complaints that are stored already: what is new in them becomes events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from data import schema
from data.bulk import Happening, History
from data.database import read, write
from data.fold import Fact, NotAllowed, complaint_facts, fold
from data.instants import now, to_epoch
from data.log import (
    facts_by_complaint,
    insert_rows,
    next_seq,
    raw_columns,
    raw_values,
    spell_rows,
    unchanging,
)
from data.prepare import unit_id_of
from data.reference import Reference
from data.store import Store
from data.vocabulary import EventKind

_BATCH = 200  # complaints; a few hundred parameters a statement
_FOR_EVER = 1 << 60
_NEW_STATUS = frozenset(EventKind) - {EventKind.COMMENTED, EventKind.RATED}


@dataclass
class Followed:
    """What became of histories of known complaints."""

    events: int = 0
    updated: list[int] = field(default_factory=list)  # positions of those that gained events


def add_what_followed(
    store: Store,
    histories: Sequence[History],
    *,
    pretend: bool = False,
    acts_in: str | None = None,
) -> Followed:
    """Add the events that the stored complaints of these sources and ids do not have yet.

    An event is known by its kind and instant. One that cannot stand among those stored (a second
    closing, say) is left out: what is in the log is never changed. A complaint that is closed here
    and was said to be open at a later instant is reopened then. What is not stored is passed over,
    and what came through another channel than `acts_in`, where that is given.
    """
    followed = Followed()
    for start in range(0, len(histories), _BATCH):
        batch = histories[start : start + _BATCH]
        with read(store.engine) as connection:
            news = _find_news(connection, store.reference(), batch, acts_in)
        if not news:
            continue
        if not pretend:
            with write(store.engine) as connection:
                reference = store.reference()
                # Others may have written it since.
                news = _find_news(connection, reference, batch, acts_in)
                _store(connection, reference, news)
        followed.events += sum(len(item.happenings) for item in news)
        followed.updated += [start + item.position for item in news]
    return followed


@dataclass
class _News:
    position: int
    row: Any  # of complaints, instants raw
    facts: list[Fact]
    happenings: list[Happening]


def _find_news(
    connection: Connection,
    reference: Reference,
    histories: Sequence[History],
    acts_in: str | None,
) -> list[_News]:
    complaints = schema.complaints
    wanted = {(h.new.source, h.new.external_id): position for position, h in enumerate(histories)}
    by_source: dict[str | None, list[str | None]] = {}
    for source, external_id in wanted:
        by_source.setdefault(source, []).append(external_id)
    among = or_(
        *(
            and_(complaints.c.source == source, complaints.c.external_id.in_(ids))
            for source, ids in by_source.items()
        )
    )
    rows = connection.execute(select(*raw_columns(complaints)).where(among)).all()
    facts = facts_by_complaint(connection, among, until=_FOR_EVER) if rows else {}
    news = []
    for row in rows:
        position = wanted[row.source, row.external_id]
        history = histories[position]
        if acts_in not in (None, reference.channels[row.channel_id].code):
            continue
        happenings = _missing(facts[row.id], history, reference)
        if happenings:
            news.append(_News(position, row, facts[row.id], happenings))
    return sorted(news, key=lambda item: item.position)


def _missing(stored: Sequence[Fact], history: History, reference: Reference) -> list[Happening]:
    """What the history has and the log has not, as far as the log allows it."""
    known = {(fact.kind, fact.at) for fact in stored}
    facts, missing = sorted(stored, key=lambda fact: fact.at), []
    for happening in history.happenings:
        fact = _fact(happening, reference)
        if (fact.kind, fact.at) in known:
            continue
        told = sorted([*facts, fact], key=lambda fact: fact.at)
        try:
            fold(told)
        except NotAllowed:
            continue
        facts = told
        missing.append(happening)
    reopening = _reopening(facts, history)
    return missing if reopening is None else [*missing, reopening]


def _reopening(facts: Sequence[Fact], history: History) -> Happening | None:
    if history.open_at is None or fold(facts).status.is_open:
        return None
    closed_at = max(fact.at for fact in facts if fact.kind in _NEW_STATUS)
    if to_epoch(history.open_at) <= closed_at:
        return None
    return Happening(EventKind.REOPENED, history.open_at)


def _fact(happening: Happening, reference: Reference) -> Fact:
    unit_id = unit_id_of(reference, happening.unit_code) if happening.unit_code else None
    stars = happening.data.get("stars") if happening.data else None
    return Fact(happening.kind, to_epoch(happening.at), unit_id, stars)


def _store(connection: Connection, reference: Reference, news: Sequence[_News]) -> None:
    complaints, zone = schema.complaints, reference.city.time_zone
    seq, recorded_at = next_seq(connection), to_epoch(now())
    events: list[dict[str, Any]] = []
    spells: list[dict[str, Any]] = []
    for item in news:
        fresh = [_fact(happening, reference) for happening in item.happenings]
        for happening, fact in zip(item.happenings, fresh, strict=True):
            events.append(
                {
                    "seq": seq,
                    "complaint_id": item.row.id,
                    "kind": fact.kind.value,
                    "at": fact.at,
                    "recorded_at": recorded_at,
                    "unit_id": fact.unit_id,
                    "note": happening.note,
                    "data": happening.data,
                }
            )
            seq += 1
        state = fold(sorted([*item.facts, *fresh], key=lambda fact: fact.at))
        fixed = unchanging(item.row, reference.calendars)
        facts = complaint_facts(state, fixed, zone)
        connection.execute(
            update(complaints)
            .where(complaints.c.id == item.row.id)
            .values(last_seq=seq - 1, **raw_values(complaints, facts))
        )
        spells += spell_rows(item.row.id, state, fixed)
    ids = [item.row.id for item in news]
    connection.execute(delete(schema.spells).where(schema.spells.c.complaint_id.in_(ids)))
    insert_rows(connection, schema.events, events)
    insert_rows(connection, schema.spells, spells)
