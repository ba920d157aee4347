"""Complaints too many to draw one by one, gathered on a grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    func,
    literal_column,
    select,
)

from data import schema
from data.geography import tile_centers
from data.vocabulary import Status
from queries.present import Present


@dataclass(frozen=True)
class Cluster:
    """A number of complaints at their mean position, with how many are in each status."""

    latitude: float
    longitude: float
    statuses: dict[str, int]
    newest: str  # service_request_id

    @property
    def properties(self) -> dict[str, Any]:
        return {
            "cluster": True,
            "point_count": sum(self.statuses.values()),
            "statuses": self.statuses,
            "status": max(self.statuses, key=self.statuses.__getitem__),  # the most frequent
            "newest": self.newest,
        }


class Cell(NamedTuple):
    """Complaints of one status in one cell of the grid."""

    cell_x: int
    cell_y: int
    status: int
    n: int
    sum_x: int
    sum_y: int
    newest_id: int


def cells_in_memory(present: Present, tiles: tuple[int, int, int, int], shift: int) -> list[Cell]:
    """What `count_cells` asks the database, of `tiles` (west, north, east, south) inclusive."""
    west, north, east, south = tiles
    x, y = present["x"], present["y"]
    inside = np.flatnonzero((x >= west) & (x <= east) & (y >= north) & (y <= south))
    if not len(inside):
        return []
    x, y, status, ids = (column[inside] for column in (x, y, present["status"], present["id"]))
    statuses = len(Status)
    width = (east >> shift) + 1
    key = ((y >> shift).astype(np.int64) * width + (x >> shift)) * statuses + status
    keys, group, n = np.unique(key, return_inverse=True, return_counts=True)
    newest = np.zeros(len(keys), np.int64)
    np.maximum.at(newest, group, ids)
    cells, status = np.divmod(keys, statuses)
    columns = (
        *(cells % width, cells // width, status, n),
        *(np.bincount(group, weights=values) for values in (x, y)),
        newest,
    )
    return [Cell(*map(int, row)) for row in zip(*columns, strict=True)]


def count_cells(facts: FromClause, inside: ColumnElement[bool], shift: int) -> Select[Any]:
    """Complaints per status and cell of 2**shift × 2**shift zoom-20 tiles."""
    x, y, status = (facts.c[name] for name in ("x", "y", "status"))
    # Written out, not bound: PostgreSQL takes two parameters for two different expressions.
    bits: ColumnElement[int] = literal_column(str(int(shift)))
    cell_x, cell_y = x.op(">>")(bits), y.op(">>")(bits)
    return (
        select(
            cell_x.label("cell_x"),
            cell_y.label("cell_y"),
            status,
            func.count().label("n"),
            func.sum(x).label("sum_x"),
            func.sum(y).label("sum_y"),
            func.max(facts.c.id).label("newest_id"),
        )
        .where(inside)
        .group_by(cell_x, cell_y, status)
    )


def clusters(connection: Connection, rows: Sequence[Row[Any] | Cell]) -> list[Cluster]:
    """One for each occupied cell, from what was counted."""
    cells: dict[tuple[int, int], list[Row[Any] | Cell]] = {}
    for row in rows:
        cells.setdefault((row.cell_x, row.cell_y), []).append(row)
    newest = [max(row.newest_id for row in members) for members in cells.values()]
    table = schema.complaints
    query = select(table.c.id, table.c.service_request_id).where(table.c.id.in_(newest))
    numbers = {row.id: row.service_request_id for row in connection.execute(query)}
    found = []
    for members, newest_id in zip(cells.values(), newest, strict=True):
        statuses = {Status(row.status).code: row.n for row in members}
        total = sum(statuses.values())
        latitude, longitude = tile_centers(
            sum(int(row.sum_x) for row in members) / total,
            sum(int(row.sum_y) for row in members) / total,
        )
        found.append(Cluster(float(latitude), float(longitude), statuses, numbers[newest_id]))
    return found
