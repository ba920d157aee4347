"""Who may come in, how often, and how many at a time."""

import hashlib
import threading
import time
from http import HTTPStatus

from flask import Blueprint, Flask, current_app, g, request

from data.keys import ApiKey, find_key
from data.limits import Bucket, TooMany
from data.reasons import Reason
from data.store import current_store
from intake.errors import Problem, Refused
from intake.parsing import Fields, discard_body, read_body
from intake.refusals import note_key
from intake.submission import Submission

# A process works on so many requests at a time and lets as many wait a moment; its other threads
# are the dashboard's.
_AT_ONCE = 8
_WITH_PHOTOS = 6  # of these; they wait for one decoder, and leave places to those without photos
_WAITING = 8
_WAIT_SECONDS = 1.0
_WITH_BODY = frozenset({"POST", "PUT"})
_SHED_SECONDS = 2  # after which a client that was turned away should ask again
_REPORTER = (120, 3_600)  # complaints in seconds


def take_body(scope: str, *, with_photos: bool = False) -> tuple[Fields, ApiKey]:
    """What was sent, and by whom. Raises what `read_body` and `authorise` raise."""
    if _key_beside_the_body():
        refuse_early(scope)
    fields = read_body(request, with_photos=with_photos)
    return fields, authorise(fields, scope)


def refuse_early(*scopes: str) -> None:
    """Raise before the body is read what `authorise` would of the key in header or address.

    The place at the gate is given back: a body that comes slowly must not hold one.
    """
    try:
        authorise(Fields({}, {}), *scopes)
    except Exception:
        _leave(None)
        discard_body(request)
        raise
    _leave(None)


def authorise(fields: Fields, *scopes: str) -> ApiKey:
    """The key of this request, whose body is here: from now on it holds a place at the gate.

    Raises Refused (403), or TooMany where the key's bucket is empty.
    """
    _pass("pantau_gate")
    plain = fields.first("api_key") or _key_beside_the_body()
    if not plain:
        raise _forbidden(
            "api_key is missing; send it as a form field or as the header X-API-Key", Reason.NO_KEY
        )
    key = find_key(current_store(), plain.strip())
    if key is None:
        raise _forbidden(
            "api_key is not valid here; ask this service's operator for one", Reason.BAD_KEY
        )
    note_key(key)
    for scope in scopes:
        if scope not in key.scopes:
            raise _forbidden(
                f"the API key '{key.name}' is not for {scope}, only for {', '.join(key.scopes)}; "
                "ask this service's operator for another",
                Reason.NOT_ALLOWED,
            )
    # A flood of a key that is at its limit costs a read each, not a place at the write lock; a
    # retry gets there, for it may be of something that is stored.
    is_retry = "Idempotency-Key" in request.headers
    if not is_retry and (wait := key.bucket.wait(key.full_at, time.time_ns() // 1_000)):
        raise TooMany(key.bucket, wait)
    return key


def pass_photo_gate() -> None:
    """Raises Overloaded where as many photos wait for the decoder as may."""
    _pass("pantau_photo_gate")


def _key_beside_the_body() -> str:
    return (request.headers.get("X-API-Key") or request.args.get("api_key") or "").strip()


def buckets_of(key: ApiKey, submission: Submission) -> tuple[Bucket, ...]:
    """What a complaint is taken from: the key's bucket, and one of each name of its reporter."""
    people = (submission.account_id, submission.email, submission.phone, submission.device_id)
    digests = {
        hashlib.sha256(f"{key.id}:{person.strip().casefold()}".encode()).hexdigest()
        for person in people
        if person is not None
    }
    words = "this reporter (account, email, phone or device)"
    reporters = (Bucket(f"reporter:{digest}", *_REPORTER, words) for digest in sorted(digests))
    return (key.bucket, *reporters)


class Gate:
    """Lets a few requests work, a few wait, and turns the rest away at once."""

    def __init__(self, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        self._working = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    def enter(self) -> bool:
        if not self._places.acquire(blocking=False):
            return False
        if self._working.acquire(timeout=_WAIT_SECONDS):
            return True
        self._places.release()
        return False

    def leave(self) -> None:
        self._working.release()
        self._places.release()


def init_app(app: Flask, blueprint: Blueprint) -> None:
    """Put a gate before the work of the blueprint, and another before the decoder of photos.

    Who sends something slowly must not hold the place of one who is ready: the gates are passed
    when a body has been read, and by a request without one at once.
    """
    app.extensions["pantau_gate"] = Gate()
    app.extensions["pantau_photo_gate"] = Gate(_WITH_PHOTOS, _AT_ONCE - _WITH_PHOTOS)
    blueprint.before_request(_begin)
    blueprint.teardown_request(_leave)


def _begin() -> None:
    if request.method not in _WITH_BODY:
        _pass("pantau_gate")


def _pass(name: str) -> None:
    passed: dict[str, Gate] = g.setdefault("gates", {})
    if name in passed:
        return
    gate: Gate = current_app.extensions[name]
    if not gate.enter():
        raise Overloaded
    passed[name] = gate


def _leave(_error: BaseException | None) -> None:
    for gate in g.pop("gates", {}).values():
        gate.leave()


class Overloaded(Refused):
    """More requests than this process works on."""

    retry_seconds = _SHED_SECONDS

    def __init__(self) -> None:
        super().__init__(
            Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"the service has more requests than it can work on; try again in "
                f"{_SHED_SECONDS} s",
            )
        )


def _forbidden(description: str, reason: Reason) -> Refused:
    return Refused(Problem(HTTPStatus.FORBIDDEN, description, reason))
