"""What comes with complaints and their updates beside words: photos, names, numbers."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from data.instants import Instant
from data.schema.base import metadata

photos = Table(  # as they are kept: decoded and encoded anew, each once
    "photos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),  # of the file we wrote, hex
    Column("name", String(32), nullable=False, unique=True),  # 128 random bits, hex
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),  # when it last came with a complaint, about
)

complaint_photos = Table(  # which complaints came with the same photo
    "complaint_photos",
    metadata,
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("photo_id", ForeignKey("photos.id"), primary_key=True),
    Index("ix_complaint_photos_photo_id", "photo_id"),
)

posted_updates = Table(  # what a client has sent of complaints already stored, by its own names
    "posted_updates",
    metadata,
    Column("api_key_id", ForeignKey("api_keys.id"), primary_key=True),
    Column("update_id", String(255), primary_key=True),
    Column("seq", ForeignKey("events.seq"), nullable=False, unique=True),
)

update_authors = Table(  # personal data: never joined by a measure, an export or an answer
    "update_authors",
    metadata,
    Column("seq", ForeignKey("events.seq"), primary_key=True, autoincrement=False),
    Column("title", String(64)),
    Column("first_name", String(200)),
    Column("last_name", String(200)),
    Column("email", String(320)),
    Column("phone", String(64)),
    Column("account_id", String(200)),
)
