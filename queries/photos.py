"""The same photo with several complaints: a duplicate, or another job's proof handed in again."""

from sqlalchemy import Connection, select

from data.photos import address_of
from data.schema import complaint_photos, complaints, photos

_LIMIT, _ROWS = 20, 200


def other_uses(connection: Connection, complaint_id: int) -> dict[str, tuple[str, ...]]:
    """By the address of a complaint's photo: the other complaints, oldest first, that came with it.

    Photos that came once are left out; of a photo that came very often, twenty are told.
    """
    mine = select(complaint_photos.c.photo_id).where(
        complaint_photos.c.complaint_id == complaint_id
    )
    rows = connection.execute(
        select(photos.c.name, complaints.c.service_request_id)
        .select_from(complaint_photos)
        .join(photos, photos.c.id == complaint_photos.c.photo_id)
        .join(complaints, complaints.c.id == complaint_photos.c.complaint_id)
        .where(
            complaint_photos.c.photo_id.in_(mine), complaint_photos.c.complaint_id != complaint_id
        )
        .order_by(complaints.c.id)
        .limit(_ROWS)
    )
    found: dict[str, tuple[str, ...]] = {}
    for name, service_request_id in rows:
        address = address_of(name)
        found[address] = (*found.get(address, ()), service_request_id)[:_LIMIT]
    return found
