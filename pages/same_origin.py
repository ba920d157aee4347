"""Refuses to write for pages of other sites that a reader happens to have open."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from pages.answers import answer_error

_READING = ("GET", "HEAD", "OPTIONS")


def protect_writing(blueprint: Blueprint) -> None:
    """Answer 403 to every writing request that does not come from a page of this server.

    Browsers say where a request comes from, and no script can change what they say.
    """
    blueprint.before_request(_refuse_strangers)


def is_same_origin() -> bool:
    """Of the request at work. False where nothing says where it comes from."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and urlsplit(origin).netloc != request.host:
        # Behind a proxy that renames the host only the browser itself can tell.
        return site is not None
    return site is not None or origin is not None


def _refuse_strangers() -> Response | None:
    if request.method in _READING or is_same_origin():
        return None
    return answer_error("only the pages of this server may change layers; open /layers here", 403)
