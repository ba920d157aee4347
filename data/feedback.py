"""What the reporter of a complaint says of its solution; only who holds its token may."""

import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from data.complaints import ComplaintError, NoSuchComplaint, append_within
from data.database import read, write
from data.limits import Bucket, Levels
from data.schema import complaints, events
from data.store import Store
from data.vocabulary import EventKind, Status

_CHANGES = (20, 3_600)  # of mind, about one complaint, in seconds


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """Stars are 1 to 5; `solved` and `comment` are None where nothing was said."""

    stars: int
    solved: bool | None = None
    comment: str | None = None


class WrongToken(ComplaintError):
    """A token that is not this complaint's."""


class StillOpen(ComplaintError):
    """A complaint of whose solution nothing can be said yet."""


def give_feedback(
    store: Store,
    service_request_id: str,
    token: str,
    feedback: Feedback,
    *,
    buckets: Sequence[Bucket] = (),
) -> bool:
    """Rate a closed complaint; False where its last rating since it was closed says the same.

    Raises NoSuchComplaint, WrongToken, StillOpen, TooMany, or ComplaintError for other stars.
    """
    with read(store.engine) as connection:  # who knows no token gets no place at the write lock
        if _checked(connection, service_request_id, token, feedback) is None:
            return False
    if feedback.stars not in range(1, 6):
        raise ComplaintError(
            f"stars {feedback.stars!r} is not a whole number from 1 to 5", field="stars"
        )
    reference = store.reference()
    with write(store.engine) as connection:
        complaint_id = _checked(connection, service_request_id, token, feedback)
        if complaint_id is None:
            return False
        own = Bucket(f"feedback:{complaint_id}", *_CHANGES, "feedback on this complaint")
        levels = Levels(connection, (*buckets, own), time.time_ns() // 1_000)
        levels.take((*buckets, own))
        append_within(
            connection,
            reference,
            service_request_id,
            EventKind.RATED,
            note=feedback.comment,
            data={"stars": feedback.stars, "solved": feedback.solved},
        )
        levels.write()
    return True


def _checked(
    connection: Connection, service_request_id: str, token: str, feedback: Feedback
) -> int | None:
    """The complaint's id; None where its last rating since it was closed says the same."""
    row = connection.execute(
        select(complaints.c.id, complaints.c.token, complaints.c.status).where(
            complaints.c.service_request_id == service_request_id
        )
    ).first()
    if row is None:
        raise NoSuchComplaint(
            f"service_request_id {service_request_id!r} is not known here",
            field="service_request_id",
        )
    if not hmac.compare_digest(row.token.encode(), token.encode()):
        raise WrongToken(
            f"the token is not that of service_request_id {service_request_id!r}; send the "
            "one that came with the answer to its report",
            field="token",
        )
    if Status(row.status).is_open:
        raise _still_open(service_request_id, Status(row.status).code)
    return None if _said(connection, row.id) == feedback else int(row.id)


def _still_open(service_request_id: str, state: str) -> StillOpen:
    return StillOpen(
        f"service_request_id {service_request_id!r} is {state}; send feedback when it is closed",
        field="service_request_id",
    )


def _said(connection: Connection, complaint_id: int) -> Feedback | None:
    """The last feedback since the complaint was last closed."""
    row = connection.execute(
        select(events.c.kind, events.c.note, events.c.data)
        .where(events.c.complaint_id == complaint_id, events.c.kind != EventKind.COMMENTED)
        .order_by(events.c.at.desc(), events.c.seq.desc())
        .limit(1)
    ).first()
    if row is None or row.kind != EventKind.RATED:
        return None
    said: dict[str, Any] = row.data or {}
    return Feedback(stars=said.get("stars", 0), solved=said.get("solved"), comment=row.note)
