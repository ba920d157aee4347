"""The past, exactly: complaints as they stood at an instant, replayed from the event log.

A complaint untouched since that instant is read from `complaints`. The others are folded again up
to it and kept in `past_complaints` and `past_spells`; a later question only replays what the log
has gained since.

What is stored late but happened before the instant belongs to that past. Where the past must stay
what it was when somebody looked, `through_seq` also names the newest event that was known then:
what the log gained afterwards is left out, whenever it happened.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from data import schema
from data.database import read, write
from data.fold import Fact, Folded, complaint_facts, fold
from data.instants import now, to_epoch
from data.log import facts_by_complaint, insert_rows, raw_columns, spell_rows, unchanging
from data.reference import Reference
from data.store import Store

_KEPT = 64  # snapshots; the one not used for longest goes first
_TOUCH = timedelta(minutes=10)


def unchanged_since(as_of: datetime, through_seq: int | None) -> ColumnElement[bool]:
    """Of `complaints`: the row says today what it said then."""
    complaints = schema.complaints
    if through_seq is None:
        return complaints.c.updated_at <= as_of
    return and_(complaints.c.updated_at <= as_of, complaints.c.last_seq <= through_seq)


def _changed_since(as_of: datetime, through_seq: int | None) -> ColumnElement[bool]:
    """Of `complaints`: it may have been there then, as something else."""
    complaints = schema.complaints
    if through_seq is None:
        changed = complaints.c.updated_at > as_of
    else:
        changed = or_(complaints.c.updated_at > as_of, complaints.c.last_seq > through_seq)
    return and_(changed, complaints.c.requested_at <= as_of)


def _of(as_of: datetime, through_seq: int | None) -> ColumnElement[bool]:
    snapshots = schema.snapshots
    return and_(
        snapshots.c.as_of == as_of, snapshots.c.through_seq.is_not_distinct_from(through_seq)
    )


def snapshot_at(store: Store, as_of: datetime, through_seq: int | None = None) -> int | None:
    """The id of the snapshot that completes `complaints` for a past instant.

    None when nothing has happened since: the present rows are the answer.
    """
    complaints = schema.complaints
    with read(store.engine) as connection:
        newest = connection.scalar(select(func.max(complaints.c.updated_at)))
        seq = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        if newest is None or (newest <= as_of and (through_seq is None or seq <= through_seq)):
            return None
        known = connection.execute(select(schema.snapshots).where(_of(as_of, through_seq))).first()
    if known is not None and known.seq == seq and now() - known.used_at < _TOUCH:
        return int(known.id)
    return _replay(store, as_of, through_seq)


def is_complete(
    connection: Connection, as_of: datetime, through_seq: int | None, snapshot_id: int | None
) -> bool:
    """Whether this look at the database finds every complaint of the past in one of its halves.

    A complaint that changes after the replay leaves `complaints` and is not yet in the snapshot:
    then ask for the snapshot again.
    """
    complaints, snapshots = schema.complaints, schema.snapshots
    changed = select(complaints.c.id).where(_changed_since(as_of, through_seq))
    if snapshot_id is not None:
        seq = connection.scalar(
            select(snapshots.c.seq).where(snapshots.c.id == snapshot_id, _of(as_of, through_seq))
        )
        if seq is None:
            return False
        changed = changed.where(complaints.c.last_seq > seq)
    return connection.execute(changed.limit(1)).first() is None


def _replay(store: Store, as_of: datetime, through_seq: int | None) -> int:
    reference = store.reference()
    snapshots = schema.snapshots
    with write(store.engine) as connection:
        seq = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        known = connection.execute(select(snapshots).where(_of(as_of, through_seq))).first()
        if known is None:
            _forget_oldest(connection)
            snapshot_id = (connection.scalar(select(func.max(snapshots.c.id))) or 0) + 1
            connection.execute(
                insert(snapshots).values(
                    id=snapshot_id,
                    as_of=as_of,
                    through_seq=through_seq,
                    seq=seq,
                    used_at=now(),
                )
            )
            _fill(connection, reference, snapshot_id, as_of, through_seq, after_seq=None)
        else:
            snapshot_id = known.id
            if known.seq < seq:
                _fill(connection, reference, snapshot_id, as_of, through_seq, after_seq=known.seq)
            connection.execute(
                update(snapshots)
                .where(snapshots.c.id == snapshot_id)
                .values(seq=seq, used_at=now())
            )
    return int(snapshot_id)


def _forget_oldest(connection: Connection) -> None:
    snapshots = schema.snapshots
    spare = connection.execute(
        select(snapshots.c.id).order_by(snapshots.c.used_at.desc()).offset(_KEPT - 1)
    ).scalars()
    for snapshot_id in list(spare):
        connection.execute(delete(snapshots).where(snapshots.c.id == snapshot_id))


def forget_snapshots(connection: Connection) -> None:
    """Drop all; needed when what events do not tell has changed, such as boundaries."""
    for table in (schema.past_spells, schema.past_complaints, schema.snapshots):
        connection.execute(delete(table))


def _fill(
    connection: Connection,
    reference: Reference,
    snapshot_id: int,
    as_of: datetime,
    through_seq: int | None,
    *,
    after_seq: int | None,
) -> None:
    complaints, past, past_spells = (
        schema.complaints,
        schema.past_complaints,
        schema.past_spells,
    )
    touched = _changed_since(as_of, through_seq)
    if after_seq is not None:
        touched = and_(touched, complaints.c.last_seq > after_seq)
        for table, key in ((past_spells, past_spells.c.complaint_id), (past, past.c.id)):
            connection.execute(
                delete(table).where(
                    table.c.snapshot_id == snapshot_id,
                    exists().where(complaints.c.id == key, complaints.c.last_seq > after_seq),
                )
            )
    rows = connection.execute(select(*raw_columns(complaints)).where(touched)).all()
    facts = facts_by_complaint(connection, touched, until=to_epoch(as_of), through_seq=through_seq)
    zone = reference.city.time_zone
    complaint_rows: list[dict[str, Any]] = []
    spells: list[dict[str, Any]] = []
    for row in rows:
        if row.id not in facts:  # stored later, though it came before the instant
            continue
        state, fixed = _state(facts[row.id]), unchanging(row, reference.calendars)
        complaint_rows.append(
            {"snapshot_id": snapshot_id, "id": row.id, **complaint_facts(state, fixed, zone)}
        )
        spells += [
            {"snapshot_id": snapshot_id, **spell} for spell in spell_rows(row.id, state, fixed)
        ]
    insert_rows(connection, past, complaint_rows)
    insert_rows(connection, past_spells, spells)


def _state(facts: list[Fact]) -> Folded:
    return fold(sorted(facts, key=lambda fact: fact.at))
