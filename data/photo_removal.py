"""One photo taken away everywhere: a citizen or a court asked for it."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, update

from data.database import write
from data.instants import now
from data.photos import ADDRESS, address_of, remove_files
from data.schema import complaint_details, complaint_photos, complaints, photos
from data.store import Store

_NAME = re.compile(r"(?:.*/)?([0-9a-f]{32})(?:-small)?(?:\.jpg)?", re.ASCII)


class NoSuchPhoto(ValueError):
    """No photo kept here has this name."""


@dataclass(frozen=True)
class Removed:
    """The service_request_ids of the complaints that showed it."""

    service_request_ids: tuple[str, ...]


def delete_photo(store: Store, folder: Path, name: str) -> Removed:
    """Take a photo, known by its name, file name or address, from disk and from all complaints.

    Its row keeps what recognises the picture until the next sweep, under another name: a report
    with the same photo may be on its way, and would otherwise refer to nothing. Raises NoSuchPhoto.
    """
    matched = _NAME.fullmatch(name.strip())
    with write(store.engine) as connection:
        photo = None
        if matched is not None:
            query = select(photos.c.id, photos.c.name).where(photos.c.name == matched[1])
            photo = connection.execute(query).first()
        if photo is None:
            raise NoSuchPhoto(
                f"photo {name[:100]!r} is not kept here; give its address, or the 32 characters "
                f"after {ADDRESS}"
            )
        shown = _forget(connection, photo)
    remove_files(folder, photo.name)
    return Removed(shown)


def _forget(connection: Connection, photo: Any) -> tuple[str, ...]:
    use = complaint_photos
    rows = connection.execute(
        select(complaints.c.id, complaints.c.service_request_id, complaint_details.c.media_urls)
        .join(use, use.c.complaint_id == complaints.c.id)
        .join(complaint_details, complaint_details.c.complaint_id == complaints.c.id)
        .where(use.c.photo_id == photo.id)
        .order_by(complaints.c.id)
    ).all()
    for row in rows:
        left = [url for url in row.media_urls or () if url != address_of(photo.name)]
        connection.execute(
            update(complaint_details)
            .where(complaint_details.c.complaint_id == row.id)
            .values(media_urls=left or None)
        )
    connection.execute(delete(use).where(use.c.photo_id == photo.id))
    renamed = {"name": secrets.token_hex(16), "used_at": now()}
    connection.execute(update(photos).where(photos.c.id == photo.id).values(**renamed))
    return tuple(row.service_request_id for row in rows)
