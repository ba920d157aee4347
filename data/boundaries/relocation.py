"""Complaints follow the boundaries: each one with coordinates gets the district it now lies in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Integer, MetaData, SmallInteger, Table, select, update

from data.boundaries.report import Relocated
from data.geography import Locator
from data.log import insert_rows
from data.schema import complaints
from data.snapshots import forget_snapshots

_CHUNK = 20_000

# One statement over a joined table: 120,000 single updates would take many times longer on
# PostgreSQL.
_moves = Table(
    "moved_complaints",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("district_id", SmallInteger),
    prefixes=["TEMPORARY"],
)


def relocate(connection: Connection, locator: Locator, *, former: Locator) -> Relocated:
    """Give stored complaints the districts that `locator` finds; those outside get none.

    Except where they lay outside the `former` boundaries too: their district was named to us, not
    found on the map, and stays. So it does for complaints without coordinates, and every complaint
    keeps its unit: who was accountable is told by events. Only inside `write`.
    """
    looked_at = moved = outside = last_id = 0
    _moves.create(connection, checkfirst=False)
    while rows := connection.execute(
        select(complaints.c.id, complaints.c.latitude, complaints.c.longitude)
        .add_columns(complaints.c.district_id)
        .where(
            complaints.c.id > last_id,
            complaints.c.latitude.is_not(None),
            complaints.c.longitude.is_not(None),
        )
        .order_by(complaints.c.id)
        .limit(_CHUNK)
    ).all():
        ids, latitudes, longitudes, districts = zip(*rows, strict=True)
        before = np.asarray([district or 0 for district in districts])
        found = locator.locate_many(latitudes, longitudes)
        named = (found == 0) & (before != 0)
        named[named] = former.locate_many(*_those(named, latitudes, longitudes)) == 0
        found[named] = before[named]
        changed = np.flatnonzero(found != before)
        insert_rows(
            connection,
            _moves,
            [{"id": ids[i], "district_id": int(found[i]) or None} for i in changed],
        )
        looked_at += len(rows)
        moved += len(changed)
        outside += int((found == 0).sum())
        last_id = ids[-1]
    if moved:
        connection.execute(
            update(complaints)
            .where(complaints.c.id == _moves.c.id)
            .values(district_id=_moves.c.district_id)
        )
    _moves.drop(connection, checkfirst=False)
    forget_snapshots(connection)
    return Relocated(looked_at, moved, outside)


def _those(chosen: NDArray[np.bool_], *columns: Sequence[float]) -> list[NDArray[Any]]:
    return [np.asarray(column, dtype=float)[chosen] for column in columns]
