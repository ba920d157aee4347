"""Link anew what is stored: databases from before there were links, and files out of order."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, func, select, update

from data import schema
from data.city import touch_reference
from data.database import read, write
from data.duplicates import place
from data.firsts import Firsts
from data.neighbours import located_reports, report_in
from data.snapshots import forget_snapshots
from data.store import Store

_READ_ROWS = 10_000


@dataclass
class Linked:
    """Complaints with coordinates, the repeats among them, and how many links are other now."""

    complaints: int = 0
    repeats: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list, repr=False)

    @property
    def changed(self) -> int:
        return len(self.changes)


def link_stored(store: Store) -> Linked:
    """Link every complaint as if all had come in the order in which they were received.

    Intake goes on meanwhile: only what came since is looked at while the write lock is held.
    """
    firsts, linked = Firsts(), Linked()
    complaints = schema.complaints
    with read(store.engine) as connection:
        last = connection.scalar(select(func.max(complaints.c.id))) or 0
        _link(connection, complaints.c.id <= last, firsts, linked)
    with write(store.engine) as connection:
        _link(connection, complaints.c.id > last, firsts, linked)
        if linked.changes:
            _write(connection, linked.changes)
            touch_reference(connection)  # every process reads its columns anew
    if linked.changes:
        store.forget()
    return linked


def _link(
    connection: Connection, condition: ColumnElement[bool], firsts: Firsts, linked: Linked
) -> None:
    complaints = schema.complaints
    query = located_reports().where(condition)
    query = query.order_by(complaints.c.requested_at, complaints.c.id)
    streaming = {"stream_results": True, "yield_per": _READ_ROWS}
    for rows in connection.execute(query, execution_options=streaming).partitions():
        for row in rows:
            report = report_in(row)
            first = place(firsts, report)
            linked.complaints += 1
            linked.repeats += first is not None
            if first != row.duplicate_of:
                linked.changes.append(
                    {"number": report.id, "first": first, "repeats": int(first is not None)}
                )
        firsts.forget_before(report.at)


def _write(connection: Connection, changes: list[dict[str, Any]]) -> None:
    complaints = schema.complaints
    connection.execute(
        update(complaints)
        .where(complaints.c.id == bindparam("number"))
        .values(
            duplicate_of=bindparam("first", type_=Integer),
            is_repeat=bindparam("repeats"),
        ),
        changes,
    )
    forget_snapshots(connection)
