"""Every failure below /open311 becomes the standard's list of code and description."""

import logging
import math
import secrets
import traceback
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import (
    BadHost,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
)
from werkzeug.routing import RequestRedirect

from data.complaints import ComplaintError, IdempotencyConflict
from data.database import AWAY
from data.limits import TooMany
from data.reasons import Reason, reason_of_error
from data.reference import CityMissing
from intake.answering import respond
from intake.models import Error

_log = logging.getLogger(__name__)
_AWAY_SECONDS = 5


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, with which value, and what to do about it.

    By its `reason` it is counted; without one, by its code.
    """

    code: int
    description: str
    reason: Reason | None = None


def problem(description: str, reason: Reason | None = None) -> Problem:
    """The usual one: a bad request."""
    return Problem(HTTPStatus.BAD_REQUEST, description, reason)


class Refused(Exception):
    """A request that cannot be fulfilled as it is, with everything that is wrong with it."""

    retry_seconds: float | None = None  # after which the same request may be fulfilled

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.description for problem in problems))
        self.problems = problems

    @property
    def status(self) -> int:
        """The problems' own code where they agree, else 400."""
        codes = {problem.code for problem in self.problems}
        return codes.pop() if len(codes) == 1 else HTTPStatus.BAD_REQUEST


def register(blueprint: Blueprint) -> None:
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(ComplaintError, _refused_by_the_write_path)
    blueprint.register_error_handler(HTTPException, answer_http_error)
    for away in (*AWAY, CityMissing):
        blueprint.register_error_handler(away, _unavailable)
    blueprint.register_error_handler(Exception, _unexpected)


def _answer(status: int, *problems: Problem) -> Response:
    g.problems = problems  # intake/refusals.py counts them
    errors = [Error(code=problem.code, description=problem.description) for problem in problems]
    return respond("errors", errors, status=status)


def _refused(refused: Refused) -> Response:
    return _with_retry(_answer(refused.status, *refused.problems), refused.retry_seconds)


def _refused_by_the_write_path(error: ComplaintError) -> Response:
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, IdempotencyConflict):
        status = HTTPStatus.CONFLICT
    if not isinstance(error, TooMany):
        return _answer(status, Problem(status, str(error), reason_of_error(error)))
    status = HTTPStatus.TOO_MANY_REQUESTS
    return _with_retry(_answer(status, Problem(status, str(error))), error.retry_seconds)


def _with_retry(response: Response, seconds: float | None) -> Response:
    if seconds is not None:
        response.headers["Retry-After"] = str(max(math.ceil(seconds), 1))
    return response


def answer_http_error(error: HTTPException) -> Response:
    """The standard's error list for a path, method or body that the server itself refuses."""
    if isinstance(error, RequestRedirect):
        return error.get_response()  # type: ignore[return-value]
    status = error.code or HTTPStatus.BAD_REQUEST
    response = _answer(status, Problem(status, _http_description(error)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _http_description(error: HTTPException) -> str:
    if isinstance(error, NotFound):
        return (
            f"{request.path} does not exist; see /open311/v2/discovery.json, "
            "and end every path in .json or .xml"
        )
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return f"{request.path} does not take {request.method}; it takes {allowed}"
    if isinstance(error, RequestEntityTooLarge):
        limit = (request.max_content_length or 0) // 1024
        return (
            f"the request is too large; send at most {limit} KB; "
            "photos of a complaint go as files of a multipart body"
        )
    if isinstance(error, BadHost):
        return "the header Host is not the name of a server; send the one of this service"
    return error.description or error.name


def _unavailable(error: Exception) -> Response:
    _log.warning("the database is away: %s", _first_line(error))
    status = HTTPStatus.SERVICE_UNAVAILABLE
    words = "the service is briefly unavailable; send the request again"
    return _with_retry(_answer(status, Problem(status, words)), _AWAY_SECONDS)


def _first_line(error: Exception) -> str:
    """Of what the database said: those below may hold what people wrote."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    words = ("%s %s failed, reference %s", request.method, request.path, reference)
    if isinstance(error, SQLAlchemyError):
        frames = "".join(traceback.format_tb(error.__traceback__))
        _log.error(f"{words[0]}: %s\n%s", *words[1:], _first_line(error), frames)
    else:
        _log.error(*words, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(
        status,
        Problem(status, f"the service failed; tell its operator the reference {reference}"),
    )
