"""Requests that write must come from our own pages, for the cookie alone proves nothing."""

from urllib.parse import urlsplit

from flask import Response, request

from pages.answers import answer_error

_OURS = ("same-origin", "none")


def refuse_other_origins() -> Response | None:
    """For `before_request` of what a page of ours writes by."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_ours = site in _OURS if site else origin is None or urlsplit(origin).netloc == request.host
    if is_ours:
        return None
    return answer_error("this comes from a page of another site; use the pages of Pantau", 403)
