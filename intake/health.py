"""Whether this process serves, for whatever watches over it."""

from flask import Blueprint, Response

from data.store import current_store
from pages.answers import answer_json, reason_of

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def health() -> Response:
    return answer_json({"status": "ok", "seq": current_store().latest_seq()})


@routes.errorhandler(Exception)
def unavailable(error: Exception) -> Response:
    """Whatever it is, even before the question was reached, the answer is that we are not well."""
    return answer_json({"status": "unavailable", "reason": reason_of(error)}, status=503)
