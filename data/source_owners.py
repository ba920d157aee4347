"""Whose a source is: the one channel that may push complaints under its names.

Who may push under another's source could take its ids before their true complaints come, which
would then be taken for repetitions.
"""

from sqlalchemy import Connection, insert, select

from data.database import read, write
from data.instants import now
from data.prepare import ComplaintError
from data.reference import Reference
from data.schema import complaints, source_owners
from data.store import Store


class OwnedByOther(ComplaintError):
    """A source that belongs to another channel."""


def claim_source(store: Store, source: str, channel_code: str, *, usual: str | None) -> None:
    """Make sure that the source is this channel's. Raises OwnedByOther.

    The first who comes settles it for good: a source is the channel's that its preset names
    (`usual`), where the city has that, else the one its first stored complaint came through, else
    the one that asks now.
    """
    reference = store.reference()
    with read(store.engine) as connection:
        owner_id = _owner(connection, source)
    if owner_id is None:
        with write(store.engine) as connection:
            owner_id = _owner(connection, source)
            if owner_id is None:
                owner_id = _first_owner(connection, reference, source, channel_code, usual)
                connection.execute(
                    insert(source_owners).values(source=source, channel_id=owner_id, since=now())
                )
    owner = reference.channels[owner_id].code
    if owner != channel_code:
        raise OwnedByOther(
            f"the source {source!r} belongs to the channel {owner!r}, not to {channel_code!r}",
            field="source",
        )


def _owner(connection: Connection, source: str) -> int | None:
    query = select(source_owners.c.channel_id).where(source_owners.c.source == source)
    return connection.scalar(query)


def _first_owner(
    connection: Connection,
    reference: Reference,
    source: str,
    channel_code: str,
    usual: str | None,
) -> int:
    if usual in reference.channel_by_code:
        return reference.channel_by_code[usual].id
    stored = connection.scalar(
        select(complaints.c.channel_id)
        .where(complaints.c.source == source)
        .order_by(complaints.c.id)
        .limit(1)
    )
    return stored or reference.channel_by_code[channel_code].id
