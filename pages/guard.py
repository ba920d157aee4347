"""Keeps what is no callback, or no address, from looking like a failure of ours."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from pages.answers import answer_error

_CALLBACKS = "/_dash-update-component"
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
_log = logging.getLogger("pantau")


def init_app(server: Flask) -> None:
    """Errors inside callbacks go to Dash's `on_error`; what comes here could not be read."""
    server.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        if error.code == 404 and request.path.startswith("/api/"):  # programs read JSON
            return answer_error(f"there is nothing at {request.path[:200]}", 404)
        return error
    if request.path == _CALLBACKS and isinstance(error, _UNREADABLE):
        _log.warning("unreadable callback: %s", type(error).__name__)
        return answer_error("this is no callback of the page; reload the page", 400)
    raise error
