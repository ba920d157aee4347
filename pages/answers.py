"""JSON answers: compressed for those who can read that, and in words where something failed."""

import gzip
import json
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data.reference import CityMissing
from pages.map_parameters import BadParameter
from queries.filters import FilterError
from queries.heat import NoSuchTile

_COMPRESSED_FROM = 4_000  # bytes; below, the headers weigh more than is saved


def answer_json(found: Any, *, status: int = 200, mimetype: str = "application/json") -> Response:
    """A JSON answer that nobody keeps."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    response = Response(status=status, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store"
    if len(body) >= _COMPRESSED_FROM:
        response.vary.add("Accept-Encoding")
        if accepts_gzip():
            body = gzip.compress(body, compresslevel=1, mtime=0)
            response.content_encoding = "gzip"
    response.set_data(body)
    return response


def answer_error(message: str, status: int) -> Response:
    return answer_json({"error": message}, status=status)


def accepts_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def answer_errors(blueprint: Blueprint) -> None:
    """Give every refusal and every absence its status and its sentence."""
    for kind, status in (
        (BadParameter, 400),
        (FilterError, 400),
        (NoSuchTile, 404),
        (CityMissing, 503),
    ):
        blueprint.register_error_handler(
            kind, lambda error, status=status: answer_error(str(error), status)
        )
    for failure in (OperationalError, InterfaceError, PoolTimeout):
        blueprint.register_error_handler(failure, _database_away)


def reason_of(error: Exception) -> str:
    """The kind of failure, never its text: that may hold addresses and values."""
    return type(getattr(error, "orig", None) or error).__name__


def _database_away(error: Exception) -> Response:
    reason = reason_of(error)
    return answer_error(f"the database does not answer ({reason}); try again shortly", 503)
