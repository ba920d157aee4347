"""GET bulk/requests.csv: all complaints as open data, in the columns of GeoReport Bulk.

No personal data, and free text counts as such: `description` and `status_notes` stay empty, and
`address` names the districts instead of what somebody typed.
"""

import csv
import io
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, request
from sqlalchemy import Row

from data.open_rows import Extent, current_extent, open_rows
from data.reference import Reference
from data.spreadsheets import safe_text
from data.store import Store, current_store
from data.vocabulary import Status
from intake import instants
from intake.asking import preferred_language
from intake.errors import Problem, Refused

COLUMNS = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
    # What follows is ours.
    "status",
    "service_code",
    "district_code",
    "expected_datetime",
)
_AT_ONCE = 3  # downloads of one process; each takes a thread for as long as its client reads
_RETRY_SECONDS = 30


class _Crowded(Refused):
    retry_seconds = _RETRY_SECONDS


def get_bulk() -> Response:
    store = current_store()
    extent = current_extent(store)
    reference = store.reference()
    tag = _tag(extent, reference)
    if request.if_none_match.contains_weak(tag):
        return _dressed(Response(status=HTTPStatus.NOT_MODIFIED), tag)
    store.forget()  # so that every service and channel of the extent is known
    reference = store.reference()
    if request.method == "HEAD":
        response = Response(iter(()))  # of a length that nobody knows, not of none
    else:
        response = _download(store, extent, reference)
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="requests.csv"'
    return _dressed(response, _tag(extent, reference))


def _download(store: Store, extent: Extent, reference: Reference) -> Response:
    chunks = csv_chunks(store, extent, reference, preferred_language(reference))
    zipped = request.accept_encodings["gzip"] > 0
    leave = _enter(store)
    response = Response(_leaving(gzip_chunks(chunks) if zipped else chunks, leave))
    response.call_on_close(leave)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _tag(extent: Extent, reference: Reference) -> str:
    """Changes with every event, every change of the city's words, and the language."""
    return f"{extent.seq}-{reference.version}-{preferred_language(reference)}"


def _dressed(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept-Encoding")
    return response


def _enter(store: Store) -> Callable[[], None]:
    """Take one of the places for downloads; what comes back gives it back, once."""
    places: threading.Semaphore = store.kept("bulk", lambda: threading.Semaphore(_AT_ONCE))
    if not places.acquire(blocking=False):
        raise _Crowded(
            Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{_AT_ONCE} downloads are under way, which is all at once; "
                f"try again in {_RETRY_SECONDS} s",
            )
        )
    held = [places]

    def leave() -> None:
        if held:
            held.pop().release()

    return leave


def _leaving(chunks: Iterable[bytes], leave: Callable[[], None]) -> Iterator[bytes]:
    """Leaves after the last chunk; not every server closes what it has read to the end."""
    yield from chunks
    leave()


def csv_chunks(
    store: Store, extent: Extent, reference: Reference, language: str
) -> Iterator[bytes]:
    """RFC 4180 in UTF-8: a header, then a line per complaint, the oldest first."""
    yield _csv([COLUMNS])
    cells = _writer(reference, language)
    for rows in open_rows(store, extent):
        yield _csv([cells(row) for row in rows])


def gzip_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _writer(reference: Reference, language: str) -> Callable[[Row[Any]], tuple[Any, ...]]:
    """What depends on an id alone is worked out once per id."""
    zone = reference.city.time_zone
    services = {
        service.id: (
            safe_text(reference.language_text(service.names, language)),
            safe_text(service.service_code),
        )
        for service in reference.services.values()
    }
    channels = {channel.id: safe_text(channel.name) for channel in reference.channels.values()}
    units = {unit.id: safe_text(unit.name) for unit in reference.units.values()}
    places = {district_id: _place(reference, district_id) for district_id in reference.districts}
    statuses = {
        int(status): (status.code, "open" if status.is_open else "closed") for status in Status
    }

    def when(instant: datetime | None) -> str | None:
        return None if instant is None else instants.write(instant, zone)

    def cells(row: Row[Any]) -> tuple[Any, ...]:
        service_name, service_code = services[row.service_id]
        description, status = statuses[row.status]
        address, district_code = places.get(row.district_id, (None, None))
        return (
            safe_text(row.service_request_id),
            when(row.requested_at),
            when(row.changed_at),
            when(row.closed_at),
            description,
            None,
            channels[row.channel_id],
            service_name,
            None,
            None,
            units.get(row.unit_id),
            address,
            row.latitude,
            row.longitude,
            status,
            service_code,
            district_code,
            when(row.resolution_due_at),
        )

    return cells


def _place(reference: Reference, district_id: int) -> tuple[str, str]:
    """The names from the smallest district to the city, and the district's code."""
    names, at = [], reference.districts.get(district_id)
    code = "" if at is None else at.code
    while at is not None:
        names.append(at.name)
        at = reference.districts.get(at.parent_id or 0)
    return safe_text(", ".join([*names, reference.city.name])), safe_text(code)
