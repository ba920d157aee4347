"""Reporting over HTTP, as a citizen's app does."""

import json
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

_TIMEOUT_SECONDS = 10
# A server on this machine is reached directly, whatever proxy the environment names.
_OPENER = build_opener(ProxyHandler({}))


class ServerAway(Exception):
    """Nobody answers, or only with a server's error: worth another try later."""


class Refusal(Exception):
    """The server understood and said no: the same request would be refused again."""


def post_request(url: str, key: str, fields: dict[str, str]) -> str:
    """Send one Open311 request to the server at `url`; returns its service_request_id.

    Raises ServerAway or Refusal.
    """
    body = urlencode({"api_key": key, **fields}).encode()
    request = Request(f"{url.rstrip('/')}/open311/v2/requests.json", data=body, method="POST")
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as response:
            return str(json.load(response)[0]["service_request_id"])
    except HTTPError as error:
        said = error.read(2_000).decode("utf-8", "replace")
        if error.code >= 500:
            raise ServerAway(f"{error.code} {said}") from None
        raise Refusal(f"{error.code} {said}") from None
    except (URLError, OSError, ValueError) as error:
        raise ServerAway(str(error)) from None
