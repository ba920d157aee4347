"""One complaint with all that happened to it, for its own page. Never who reported it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, select

from data import schema
from data.accountability.calendar import WorkingCalendar
from data.accountability.listing import Term
from data.database import read
from data.instants import now, to_epoch
from data.reference import Channel, District, Reference, Service, Unit
from data.store import Store
from data.vocabulary import EventKind, Outcome, Status
from queries.accountability import Terms, terms_by_unit
from queries.photos import other_uses
from queries.repeats import Repeated, find_repeated

Promise = Literal["none", "not_due", "met", "missed"]
_LONGEST_ID = 64  # as stored
_NAMES_UNIT = (EventKind.RECEIVED, EventKind.ASSIGNED, EventKind.TRANSFERRED)


@dataclass(frozen=True)
class Clock:
    """A time that is measured: running, stopped by what it waits for, or cut off.

    `promise` is 'none' where nothing was promised, or nothing is owed any more.
    """

    started_at: datetime
    stopped_at: datetime | None  # None: still running
    outcome: Outcome
    due_at: datetime | None
    seconds: float  # until it stopped, or until now
    promise: Promise
    calendar: WorkingCalendar | None = None  # by which its deadline runs; None: day and night


@dataclass(frozen=True)
class SpellView:
    """The time for which one unit was accountable, with that unit's own clocks."""

    unit: Unit
    started_at: datetime
    ended_at: datetime | None  # None: accountable still, or at the end
    response: Clock
    resolution: Clock
    officers: tuple[Term, ...]  # who led the unit then, in order; the first got the complaint


@dataclass(frozen=True)
class EventView:
    """One fact; `note` is plain text as it was written.

    `accountable` is the unit that answers for the complaint from this event on, `former` the one
    that it was taken from by this event, if any.
    """

    seq: int
    kind: EventKind
    at: datetime
    unit: Unit | None
    note: str | None
    data: Mapping[str, Any]
    accountable: Unit | None
    former: Unit | None


@dataclass(frozen=True)
class ComplaintView:
    """What a complaint's own page shows. Instants are aware, UTC; texts are plain, not HTML."""

    service_request_id: str
    service: Service
    status: Status
    channel: Channel
    unit: Unit | None  # accountable now
    districts: tuple[District, ...]  # from the top of the tree to the leaf
    latitude: float | None
    longitude: float | None
    requested_at: datetime
    updated_at: datetime
    is_overdue: bool
    rating: int | None
    response: Clock  # the citizen's: from the receipt, whoever was accountable
    resolution: Clock
    description: str | None
    address: str | None
    media_urls: tuple[str, ...]
    photo_uses: Mapping[str, tuple[str, ...]]  # media_url: other complaints with the same photo
    events: tuple[EventView, ...]  # in order of time
    spells: tuple[SpellView, ...]
    repeated: Repeated | None  # None: nobody else reports the same
    seen_at: datetime

    @property
    def handovers(self) -> int:
        """How often it went from one unit to another."""
        return max(len(self.spells) - 1, 0)


def complaint_page(store: Store, service_request_id: str) -> ComplaintView | None:
    """The complaint as it stands now; None where no complaint has this id."""
    if len(service_request_id) > _LONGEST_ID or "\0" in service_request_id:
        return None
    complaints, details = schema.complaints, schema.complaint_details
    events, spells = schema.events, schema.spells
    with read(store.engine) as connection:
        row = connection.execute(
            select(
                complaints,
                details.c.description,
                details.c.address_string,
                details.c.media_urls,
            )
            .outerjoin(details, details.c.complaint_id == complaints.c.id)
            .where(complaints.c.service_request_id == service_request_id)
        ).first()
        if row is None:
            return None
        happened = connection.execute(
            select(events)
            .where(events.c.complaint_id == row.id)
            .order_by(events.c.at, events.c.seq)
        ).all()
        held = connection.execute(
            select(spells).where(spells.c.complaint_id == row.id).order_by(spells.c.ordinal)
        ).all()
        uses = other_uses(connection, row.id)
        repeated = find_repeated(connection, row)
    terms = terms_by_unit(store) if held else None
    return _view(row, happened, held, uses, repeated, terms, store.reference(), now())


def _view(
    row: Row[Any],
    happened: Any,
    held: Any,
    uses: Mapping[str, tuple[str, ...]],
    repeated: Repeated | None,
    terms: Terms | None,
    reference: Reference,
    instant: datetime,
) -> ComplaintView:
    events = tuple(_events(happened, reference))
    rejections = [event.at for event in events if event.kind is EventKind.REJECTED]
    cut_off = rejections[-1] if rejections else None
    status = Status(row.status)

    def cut(spell: Row[Any]) -> datetime | None:
        return spell.ended_at or cut_off  # a rejection ends no spell, but its clocks

    def leaders(spell: Row[Any]) -> tuple[Term, ...]:
        end = spell.ended_at or (instant if status.is_open else row.updated_at)
        known = terms.leaders if terms else lambda *_: ()
        return known(spell.unit_id, to_epoch(spell.started_at), to_epoch(end))

    def clock(of: Row[Any], name: str, start: datetime, end: datetime | None) -> Clock:
        calendar = reference.calendars.get(getattr(row, f"{name}_calendar_id"))
        return replace(_clock(of, name, start, end, instant), calendar=calendar)

    return ComplaintView(
        service_request_id=row.service_request_id,
        service=reference.services[row.service_id],
        status=status,
        channel=reference.channels[row.channel_id],
        unit=reference.units.get(row.unit_id),
        districts=_tree(row.district_id, reference),
        latitude=row.latitude,
        longitude=row.longitude,
        requested_at=row.requested_at,
        updated_at=row.updated_at,
        is_overdue=bool(
            status.is_open and row.resolution_due_at and row.resolution_due_at < instant
        ),
        rating=row.rating,
        response=clock(row, "response", row.requested_at, cut_off),
        resolution=clock(row, "resolution", row.requested_at, cut_off),
        description=row.description,
        address=row.address_string,
        media_urls=tuple(row.media_urls or ()),
        photo_uses=uses,
        events=events,
        spells=tuple(
            SpellView(
                unit=reference.units[spell.unit_id],
                started_at=spell.started_at,
                ended_at=spell.ended_at,
                response=clock(spell, "response", spell.started_at, cut(spell)),
                resolution=clock(spell, "resolution", spell.started_at, cut(spell)),
                officers=leaders(spell),
            )
            for spell in held
        ),
        repeated=repeated,
        seen_at=instant,
    )


def _events(happened: Any, reference: Reference) -> Iterator[EventView]:
    accountable: Unit | None = None
    for event in happened:
        kind, unit = EventKind(event.kind), reference.units.get(event.unit_id)
        takes_over = kind in _NAMES_UNIT and unit is not None and unit != accountable
        former = accountable if takes_over else None
        accountable = unit if takes_over else accountable
        yield EventView(
            seq=event.seq,
            kind=kind,
            at=event.at,
            unit=unit,
            note=event.note,
            data=event.data or {},
            accountable=accountable,
            former=former,
        )


def _clock(
    row: Row[Any], name: str, start: datetime, cut_off: datetime | None, instant: datetime
) -> Clock:
    outcome = Outcome(getattr(row, f"{name}_outcome"))
    done = row.responded_at if name == "response" else row.resolved_at
    due = getattr(row, f"{name}_due_at")
    stopped = done if outcome is Outcome.EVENT else cut_off if outcome is not Outcome.OPEN else None
    return Clock(
        started_at=start,
        stopped_at=stopped,
        outcome=outcome,
        due_at=due,
        seconds=max(((stopped or instant) - start).total_seconds(), 0.0),
        promise=_promise(outcome, stopped, due, instant),
    )


def _promise(
    outcome: Outcome, stopped: datetime | None, due: datetime | None, instant: datetime
) -> Promise:
    if due is None or outcome is Outcome.REJECTED:
        return "none"
    if outcome is Outcome.HANDED_OVER and stopped is not None and stopped <= due:
        return "none"  # handed over in time: the next unit owes it
    if outcome is Outcome.EVENT and stopped is not None:
        return "met" if stopped <= due else "missed"
    return "not_due" if due > instant else "missed"


def _tree(district_id: int | None, reference: Reference) -> tuple[District, ...]:
    branch: list[District] = []
    district = reference.districts.get(district_id or 0)
    while district is not None:
        branch.append(district)
        district = reference.districts.get(district.parent_id or 0)
    return tuple(branch[::-1])
