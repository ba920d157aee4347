"""Repeat places as a table: the middle of each square, its service, and how often."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely

from data.i18n import gettext as _
from data.i18n import ngettext, use_language
from data.instants import date_of
from data.store import Store
from queries.filters import ComplaintFilter
from queries.layers.repeat_places import repeat_places
from queries.views import seen_at
from reports.layer_file_parts import FileAbout, Table
from reports.provenance import about_result

MOST = 20_000  # places, the most repeated first


def repeat_place_table(
    store: Store, complaint_filter: ComplaintFilter, *, at_least: int, language: str
) -> tuple[Table, FileAbout]:
    """Most repeated first. Days are local."""
    places = repeat_places(store, complaint_filter, at_least=at_least, limit=MOST)
    reference = store.reference()
    found = store.locator().locate_many(places["latitude"], places["longitude"])
    districts = [reference.districts.get(int(one)) for one in found]
    services = [reference.service_by_code[code] for code in places["service_code"]]
    columns: dict[str, list[Any]] = {
        "rank": list(range(1, len(places) + 1)),
        "service_code": [service.service_code for service in services],
        "service_name": [reference.language_text(s.names, language) for s in services],
        "district_code": [district.code if district else None for district in districts],
        "district_name": [district.name if district else None for district in districts],
        "n": places["n"].astype(int).tolist(),
        "open": places["open"].astype(int).tolist(),
        "days": places["days"].astype(int).tolist(),
        "first_day": [date_of(int(day)) for day in places["first_day"]],
        "last_day": [date_of(int(day)) for day in places["last_day"]],
    }
    shapes = np.asarray(
        shapely.points(np.column_stack([places["longitude"], places["latitude"]]).astype(float)),
        object,
    ).reshape(len(places))
    short = {"district_code": "dist_code", "district_name": "dist_name"}
    short |= {"service_code": "service", "service_name": "serv_name"}
    return Table(shapes, columns, short), _about(
        store, complaint_filter, seen_at(complaint_filter), at_least, len(places), language
    )


def _about(
    store: Store,
    complaint_filter: ComplaintFilter,
    instant: datetime,
    at_least: int,
    found: int,
    language: str,
) -> FileAbout:
    with use_language(language):
        description = ngettext(
            "Squares of 38 m in which one service was reported at least {n} time",
            "Squares of 38 m in which one service was reported at least {n} times",
            at_least,
        ).format(n=at_least)
        note = _("there are more places than these") if found == MOST else ""
        name = _("Repeat places")
    return about_result(
        store,
        complaint_filter,
        instant.astimezone(UTC),
        language,
        name=name,
        description=description,
        note=note,
    )
