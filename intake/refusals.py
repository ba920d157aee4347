"""Counts the requests that were refused, for the health of the channel they came from.

Counted are attempts to send something, every request with a key that may not do what it asks, and
each refused record of a feed. Of a request only its status and the class of its first problem are
kept.
"""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from data.keys import ApiKey, find_key
from data.reasons import Reason
from data.refusals import NO_CHANNEL, record_refusal, record_use
from data.store import current_store
from intake.errors import Problem

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ABOUT_KEYS = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
)
_BY_STATUS = {
    HTTPStatus.NOT_FOUND: Reason.ADDRESS,
    HTTPStatus.METHOD_NOT_ALLOWED: Reason.ADDRESS,
    HTTPStatus.CONFLICT: Reason.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Reason.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Reason.UNREADABLE,
    HTTPStatus.TOO_MANY_REQUESTS: Reason.TOO_MANY,
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.UNAVAILABLE,
}


def register(blueprint: Blueprint, prefix: str) -> None:
    """Count what is refused at `prefix` and below, whichever route or error answered."""

    def count(response: Response) -> Response:
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            _count(response.status_code)
        return response

    blueprint.after_app_request(count)


def note_key(key: ApiKey) -> None:
    """The request at work is by the client with this key."""
    g.api_key = key


def note_records(reasons: Sequence[Reason]) -> None:
    """Of what was sent at once, these were refused, each for itself."""
    g.refused_records = reasons


def reason_of(status: int, problems: Sequence[Problem], *, has_key: bool) -> Reason:
    """The class of a refusal with these problems; `has_key`: its key is in force."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and has_key:
        return Reason.NOT_ALLOWED
    if problems and problems[0].reason is not None:
        return problems[0].reason
    if status in _BY_STATUS:
        return _BY_STATUS[HTTPStatus(status)]
    return Reason.FAILURE if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Reason.OTHER


def _count(status: int) -> None:
    key: ApiKey | None = g.get("api_key")
    is_refused = status >= HTTPStatus.BAD_REQUEST and (
        request.method not in _READS or status in _ABOUT_KEYS
    )
    if key is None and is_refused and status not in (*_ABOUT_KEYS, HTTPStatus.SERVICE_UNAVAILABLE):
        key = _key_of_header()
    store = current_store()
    if key is not None:
        record_use(store, key.id)
    records: Sequence[Reason] = g.get("refused_records", ())
    if records:
        status, reasons = HTTPStatus.BAD_REQUEST, list(records)
    elif is_refused:
        reasons = [reason_of(status, g.get("problems", ()), has_key=key is not None)]
    else:
        return
    for reason, n in Counter(reasons).items():
        record_refusal(
            store,
            status=status,
            reason=reason,
            channel_code=key.channel_code if key else None,
            api_key_id=key.id if key else NO_CHANNEL,
            count=n,
        )


def _key_of_header() -> ApiKey | None:
    """Whose request it was that could not even be read: only headers and address are left."""
    plain = request.headers.get("X-API-Key") or request.args.get("api_key")
    try:
        return find_key(current_store(), plain.strip()) if plain else None
    except SQLAlchemyError:
        return None
