"""A polite reader of one Open311 server: slow, patient, and not to be flooded."""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

USER_AGENT = "Pantau/0.1 (civic 311 command centre; complaints pull)"
_TRIES = 6
_BACKOFF_SECONDS = 2.0  # doubled at each try
_LONGEST_WAIT_SECONDS = 300.0
_TIMEOUT_SECONDS = 30.0  # without a byte
_ANSWER_SECONDS = 180.0  # for a whole answer
_ANSWER_LIMIT = 64 << 20
_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_BLOCK = 1 << 16
_BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class PullError(ValueError):
    """The other server cannot be read on; one sentence that names its address."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Asks one server for its service requests, at most once in `pace_seconds`."""

    def __init__(
        self,
        address: str,
        *,
        form: str = "json",
        parameters: Mapping[str, str] | None = None,
        api_key: str | None = None,
        pace_seconds: float = 1.0,
        backoff_seconds: float = _BACKOFF_SECONDS,
    ) -> None:
        """`address` is that of the service, such as https://city.org/open311/v2, or of its
        requests.json. Raises PullError for another kind of address."""
        self.address = requests_address(address, form)
        self.requests = 0
        self._parameters = dict(parameters or {})
        self._secret = {"api_key": api_key} if api_key else {}
        self._pace = pace_seconds
        self._backoff = backoff_seconds
        self._next = 0.0
        self._opener = _opener()

    def shown(self, parameters: Mapping[str, str]) -> str:
        """The address of a question, without the key."""
        return _with(self.address, self._parameters | dict(parameters))

    def get(self, parameters: Mapping[str, str]) -> bytes:
        """The body of an answer. Raises PullError when the server does not give one in the end."""
        shown = self.shown(parameters)
        url = _with(self.address, self._parameters | dict(parameters) | self._secret)
        for attempt in range(_TRIES):
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + self._pace
            self.requests += 1
            try:
                return self._read(url, shown)
            except urllib.error.HTTPError as error:
                with error:
                    wait = self._wait_after(error, attempt, shown)
            except (OSError, HTTPException) as error:  # refused, reset, timed out, cut short
                if attempt == _TRIES - 1:
                    raise PullError(f"{shown} does not answer: {_reason(error)}") from error
                wait = self._backoff * 2**attempt
            time.sleep(wait)
        raise PullError(f"{shown} is busy, and was at each of {_TRIES} tries; run this again later")

    def _read(self, url: str, shown: str) -> bytes:
        request = urllib.request.Request(
            url,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json, text/xml, application/xml;q=0.9",
            },
        )
        deadline = time.monotonic() + _ANSWER_SECONDS
        body = bytearray()
        with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            while block := response.read1(_BLOCK):
                body += block
                if len(body) > _ANSWER_LIMIT:
                    raise PullError(f"{shown} answers more than {_ANSWER_LIMIT >> 20} MB")
                if time.monotonic() > deadline:
                    raise TimeoutError(f"its answer takes more than {_ANSWER_SECONDS:.0f} s")
            if response.length:  # bytes that were announced and did not come
                raise TimeoutError("its answer breaks off")
        return bytes(body)

    def _wait_after(self, error: urllib.error.HTTPError, attempt: int, shown: str) -> float:
        """Seconds to wait before asking again. Raises PullError where that is no use."""
        if error.code not in _BUSY:
            raise PullError(
                f"{shown} answers {error.code} {error.reason}{_excerpt(error)}", status=error.code
            )
        wait = _retry_after(error.headers.get("Retry-After"))
        if wait is None:
            wait = self._backoff * 2**attempt
        if wait > _LONGEST_WAIT_SECONDS:
            raise PullError(
                f"{shown} answers {error.code} and asks to come back in {wait:,.0f} s; "
                "run this again then",
                status=error.code,
            )
        return wait


def requests_address(address: str, form: str) -> str:
    """The address of a server's requests in this form (json or xml). Raises PullError."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname
    except ValueError as error:
        raise PullError(f"{address!r} is no web address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise PullError(f"{address!r} is no web address; it must begin with http:// or https://")
    if parts.username or parts.password:
        raise PullError("the address holds a password; leave it out, it would be shown in messages")
    path = parts.path.rstrip("/")
    if not path.endswith((".json", ".xml")):
        path += f"/requests.{form}"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _with(address: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in parameters]
    return parts._replace(query=urlencode([*query, *parameters.items()], safe=":,")).geturl()


class _FewRedirects(urllib.request.HTTPRedirectHandler):
    max_redirections = _REDIRECTS
    max_repeats = 2

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        secured = ("https", old.hostname, 443) if _server(old)[::2] == ("http", 80) else None
        if _server(new) not in (_server(old), secured):
            # The question may carry a key, and nobody asked for another server.
            target = f"{new.scheme}://{new.netloc.rpartition('@')[2]}"
            raise PullError(f"{_bare(req.full_url)} leads to {target}; give that address itself")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _server(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _opener() -> urllib.request.OpenerDirector:
    """Without the handlers for files and FTP that urllib would bring along."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _FewRedirects(),
    ):
        opener.add_handler(handler)
    return opener


def _retry_after(header: str | None) -> float | None:
    """Seconds; the header gives them, or the date at which to come back."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _excerpt(error: urllib.error.HTTPError) -> str:
    try:
        text = " ".join(error.read(2_000).decode("utf-8", "replace").split())
    except (OSError, HTTPException):
        return ""
    return f": {text[:200]}" if text else ""


def _bare(url: str) -> str:
    return urlsplit(url)._replace(query="").geturl()


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error) or type(error).__name__
