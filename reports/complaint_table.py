"""The complaints of a view as one table of points, for formats that are written as a whole."""

from typing import Any

import numpy as np
import shapely

from data.i18n import format_number, use_language
from data.i18n import gettext as _
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.views import looking
from reports.complaint_facts import fact_rows, fact_writer
from reports.layer_file_parts import FileAbout, Table
from reports.provenance import about_complaints

MOST = 200_000  # complaints; half a gigabyte while the file is made
MOST_IN_WORKBOOK = 50_000  # each of their cells takes ten microseconds
_SHORT_NAMES = {  # for fields of ten letters
    "service_request_id": "request_id",
    "service_code": "service",
    "service_name": "serv_name",
    "requested_datetime": "request",
    "responded_datetime": "respond",
    "resolved_datetime": "resolve",
    "response_due_datetime": "resp_due",
    "resolution_due_datetime": "reso_due",
    "response_hours": "resp_hours",
    "resolution_hours": "reso_hours",
    "responded_on_time": "resp_kept",
    "resolved_on_time": "reso_kept",
    "duplicate_of": "duplicate",
}


class TooMany(ValueError):
    """More complaints than such a file holds: one sentence with the remedy."""


def complaint_table(
    store: Store, complaint_filter: ComplaintFilter, *, language: str, most: int = MOST
) -> tuple[Table, FileAbout]:
    """A row for each complaint, in the columns of the CSV; without a shape where it has no place.

    Raises TooMany for more than `most`.
    """
    _check_number(int(count_by(store, ["status"], complaint_filter)["n"].sum()), most, language)
    with looking(store, complaint_filter) as (connection, view):
        writer = fact_writer(store.reference(), view.seen_at, language)
        rows: list[tuple[Any, ...]] = []
        for part in fact_rows(connection, view):
            rows += map(writer.cells, part)
            _check_number(len(rows), most, language)
        about = about_complaints(store, complaint_filter, view.seen_at, language)
    values = map(list, zip(*rows, strict=True)) if rows else ([] for _name in writer.columns)
    columns: dict[str, list[Any]] = dict(zip(writer.columns, values, strict=True))
    shapes = _points(columns.pop("lat"), columns.pop("long"))
    return Table(shapes, columns, _SHORT_NAMES), about


def _check_number(found: int, most: int, language: str) -> None:
    if found > most:
        with use_language(language):
            raise TooMany(
                _(
                    "this file holds at most {most} complaints, not {n}; choose a shorter period "
                    "or fewer services, or take CSV or GeoJSON, which hold any number"
                ).format(most=format_number(most), n=format_number(found))
            )


def _points(latitudes: list[float | None], longitudes: list[float | None]) -> Any:
    latitude, longitude = (np.array(one, float) for one in (latitudes, longitudes))
    shapes = np.full(len(latitude), None, object)
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    shapes[placed] = shapely.points(longitude[placed], latitude[placed])
    return shapes
