"""Who may come in, how often, and how many at a time."""

import hashlib
import threading
import time
from http import HTTPStatus

from flask import Blueprint, Flask, current_app, g, request

from data.keys import ApiKey, find_key
from data.limits import Bucket, TooMany
from data.store import current_store
from intake.errors import Problem, Refused
from intake.parsing import Fields
from intake.refusals import note_key
from intake.submission import Submission

# A process works on so many requests at a time and lets as many wait a moment; its other threads
# are the dashboard's.
_AT_ONCE = 8
_WAITING = 8
_WAIT_SECONDS = 1.0
_WITH_BODY = frozenset({"POST", "PUT"})
_SHED_SECONDS = 2  # after which a client that was turned away should ask again
_REPORTER = (120, 3_600)  # complaints in seconds


def authorise(fields: Fields, scope: str) -> ApiKey:
    """The key of this request. Raises Refused (403), or TooMany where its bucket is empty."""
    _pass("pantau_gate")
    plain = (
        fields.first("api_key") or request.headers.get("X-API-Key") or request.args.get("api_key")
    )
    if not plain:
        raise _forbidden("api_key is missing; send it as a form field or as the header X-API-Key")
    key = find_key(current_store(), plain.strip())
    if key is None:
        raise _forbidden("api_key is not valid here; ask this service's operator for one")
    note_key(key)
    if scope not in key.scopes:
        raise _forbidden(
            f"the API key '{key.name}' is not for {scope}, only for {', '.join(key.scopes)}; "
            "ask this service's operator for another"
        )
    # A flood of a key that is at its limit costs a read each, not a place at the write lock; a
    # retry gets there, for it may be of something that is stored.
    is_retry = "Idempotency-Key" in request.headers
    if not is_retry and (wait := key.bucket.wait(key.full_at, time.time_ns() // 1_000)):
        raise TooMany(key.bucket, wait)
    return key


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
    """Put a gate before the work of the blueprint, and another before uploads of photos.

    Who sends something slowly must not hold the place of one who is ready: the gate is passed when
    a body has been read, by `authorise`, and by a request without one at once.
    """
    app.extensions["pantau_gate"] = Gate()
    app.extensions["pantau_upload_gate"] = Gate(waiting=0)
    blueprint.before_request(_begin)
    blueprint.teardown_request(_leave)


def _begin() -> None:
    if request.mimetype == "multipart/form-data":
        _pass("pantau_upload_gate")
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


def _forbidden(description: str) -> Refused:
    return Refused(Problem(HTTPStatus.FORBIDDEN, description))
