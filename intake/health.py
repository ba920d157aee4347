"""Whether this process serves, for whatever watches over it."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify

from data.store import current_store

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def health() -> Response:
    return _answer(status="ok", seq=current_store().latest_seq())


@routes.errorhandler(Exception)
def unavailable(error: Exception) -> tuple[Response, int]:
    """Whatever it is, even before the question was reached, the answer is that we are not well.

    Of the failure its kind alone: its text may hold addresses and values.
    """
    reason = type(getattr(error, "orig", None) or error).__name__
    return _answer(status="unavailable", reason=reason), HTTPStatus.SERVICE_UNAVAILABLE


def _answer(**found: Any) -> Response:
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response
