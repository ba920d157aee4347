"""What a filter selects: the facts as they stood at its instant, and the condition on them."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    func,
    or_,
    select,
    true,
    union_all,
)

from data import schema
from data.database import read
from data.instants import now
from data.snapshots import is_complete, snapshot_at, unchanged_since
from data.store import Store
from data.vocabulary import Status
from queries.among import IsAmong
from queries.columns import current_facts
from queries.filters import ComplaintFilter
from queries.layers.membership import place_mask, places_stamp
from queries.selection import Selection, select_ids

_OPEN = [int(status) for status in Status if status.is_open]


_TRIES = 50


class StillChanging(RuntimeError):
    """The past could not be read at one instant of the present."""


@dataclass(frozen=True)
class View:
    """Select from `facts` (columns `id` and schema.FACT_COLUMNS) where `condition`."""

    facts: FromClause
    seen_at: datetime  # the instant from which one looks
    snapshot_id: int | None
    _store: Store
    _filter: ComplaintFilter
    _chosen: Selection

    @property
    def through_seq(self) -> int | None:
        """The newest event of the log that was known; None: all are."""
        return self._filter.through_seq

    @cached_property
    def condition(self) -> ColumnElement[bool]:
        """Made when asked for: the complaints of a place are a long list."""
        found = _condition(self._chosen, self.facts, self.seen_at)
        if not self._filter.asks_for_places:
            return found
        facts = current_facts(self._store)
        mask = place_mask(self._store, self._filter, facts)
        assert mask is not None
        return and_(found, IsAmong(self.facts.c.id, facts.ids[mask]))


def local_today(store: Store) -> date:
    """The date it is in the city."""
    return now().astimezone(store.reference().city.time_zone).date()


def seen_at(complaint_filter: ComplaintFilter) -> datetime:
    """`as_of`, or the minute that is now."""
    return complaint_filter.as_of or now().replace(second=0)


def open_view(store: Store, complaint_filter: ComplaintFilter) -> View:
    """Raises FilterError for codes that the city does not have."""
    chosen = select_ids(complaint_filter, store.reference(), local_today(store))
    instant = seen_at(complaint_filter)
    snapshot_id = None
    facts: FromClause = schema.complaints
    if complaint_filter.as_of is not None:
        snapshot_id = snapshot_at(store, complaint_filter.as_of, complaint_filter.through_seq)
        if snapshot_id is not None:
            facts = _past_complaints(
                snapshot_id, complaint_filter.as_of, complaint_filter.through_seq
            )
    return View(facts, instant, snapshot_id, store, complaint_filter, chosen)


def stamp_of(store: Store, complaint_filter: ComplaintFilter) -> Hashable:
    """What a filter selects beside the log: the date, the city's words, the layers it asks of."""
    return (
        local_today(store),
        store.reference().version,
        places_stamp(store, complaint_filter),
    )


@contextmanager
def looking(store: Store, complaint_filter: ComplaintFilter) -> Iterator[tuple[Connection, View]]:
    """A view, and a connection that sees all of it, whatever is written meanwhile."""
    for _ in range(_TRIES):
        view = open_view(store, complaint_filter)
        with read(store.engine) as connection:
            as_of, through_seq = complaint_filter.as_of, complaint_filter.through_seq
            if as_of is None or is_complete(connection, as_of, through_seq, view.snapshot_id):
                yield connection, view
                return
    raise StillChanging(f"the log kept changing {_TRIES} times while {as_of} was replayed")


def spells_of(view: View) -> FromClause:
    """The spells as they stood at the view's instant."""
    spells, past = schema.spells, schema.past_spells
    if view.snapshot_id is None:
        return spells
    names = ("complaint_id", "ordinal", *schema.SPELL_COLUMNS)
    unchanged = (
        select(*(spells.c[name] for name in names))
        .join_from(spells, schema.complaints, schema.complaints.c.id == spells.c.complaint_id)
        .where(unchanged_since(view.seen_at, view.through_seq))
    )
    replayed = select(*(past.c[name] for name in names)).where(
        past.c.snapshot_id == view.snapshot_id
    )
    return union_all(unchanged, replayed).subquery("spells")


def _past_complaints(snapshot_id: int, as_of: datetime, through_seq: int | None) -> FromClause:
    complaints, past = schema.complaints, schema.past_complaints
    names = ("id", *schema.FACT_COLUMNS)
    unchanged = select(*(complaints.c[name] for name in names)).where(
        unchanged_since(as_of, through_seq)
    )
    replayed = select(*(past.c[name] for name in names)).where(past.c.snapshot_id == snapshot_id)
    return union_all(unchanged, replayed).subquery("facts")


def is_overdue(facts: FromClause, instant: datetime) -> ColumnElement[bool]:
    """Open, and past the time by which it should have been resolved."""
    return and_(facts.c.status.in_(_OPEN), facts.c.resolution_due_at < instant)


def _condition(chosen: Selection, facts: FromClause, instant: datetime) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [true()]
    if chosen.first_day is not None:
        found.append(facts.c.day >= chosen.first_day)
    if chosen.end_day is not None:
        found.append(facts.c.day < chosen.end_day)
    found += [facts.c[column].in_(ids) for column, ids in chosen.allowed.items()]
    if chosen.overdue:
        found.append(is_overdue(facts, instant))
    if chosen.text:
        found.append(_mentions(facts, chosen.text))
    return and_(*found)


def _mentions(facts: FromClause, text: str) -> ColumnElement[bool]:
    """Its number is the text, or its description or address holds it, in any letter case."""
    details, complaints = schema.complaint_details, schema.complaints
    holds: list[Any] = [
        func.lower(column).contains(text.lower(), autoescape=True)
        for column in (details.c.description, details.c.address_string)
    ]
    return or_(
        facts.c.id.in_(select(details.c.complaint_id).where(or_(*holds))),
        facts.c.id.in_(
            select(complaints.c.id).where(complaints.c.service_request_id == text.strip())
        ),
    )
