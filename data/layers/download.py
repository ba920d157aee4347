"""One file from one address: only if it changed, and neither too slow nor too large."""

import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urljoin

from data.layers.addresses import Sources, connect, own_path, split_url
from data.layers.model import LayerError
from data.layers.shown_address import shown_address
from data.sentence import Sentence, say

USER_AGENT = "Pantau/0.1 (civic 311 command centre; city layers)"
MOST_BYTES = 200 * 1024**2
SILENCE_SECONDS = 20.0  # without a byte
WHOLE_SECONDS = 300.0  # for all of it, redirects included
_REDIRECTS = 5
_BLOCK = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_LONGEST_WAIT_SECONDS = 86_400
_LONGEST_REASON = 80
_ENDINGS = {  # where the address has none
    "application/geo+json": ".geojson",
    "application/vnd.geo+json": ".geojson",
    "application/json": ".json",
    "text/csv": ".csv",
    "application/gml+xml": ".gml",
    "application/gpx+xml": ".gpx",
    "application/vnd.google-earth.kml+xml": ".kml",
    "application/vnd.google-earth.kmz": ".kmz",
    "application/geopackage+sqlite3": ".gpkg",
    "application/zip": ".zip",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


class FetchError(LayerError):
    """The source gives nothing. `wait_seconds`: when it asks to be left alone for so long."""

    def __init__(
        self, said: str | Sentence, /, *, wait_seconds: int | None = None, **values: object
    ) -> None:
        super().__init__(said, **values)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Limits:
    most_bytes: int = MOST_BYTES
    silence_seconds: float = SILENCE_SECONDS
    whole_seconds: float = WHOLE_SECONDS


@dataclass(frozen=True)
class Download:
    """A file that is there, and what the source gives to ask later whether it changed."""

    path: Path
    validators: Mapping[str, str] = field(default_factory=dict)


def download(
    url: str,
    folder: Path,
    *,
    sources: Sources,
    validators: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Download | None:
    """Fetch `url` into `folder`; None where the source says that nothing changed.

    Raises FetchError when it gives no file, and LayerError where it must not be asked.
    """
    limits = limits or Limits()
    if own_path(url):
        if sources.own_server is None:
            raise FetchError(
                "{address} is served by Pantau itself; say where it runs by --server",
                address=_shown(url),
            )
        url = sources.own_server.rstrip("/") + url
        sources = Sources((*sources.private, split_url(url).hostname or ""))
    try:
        return _follow(url, folder, sources, validators or {}, limits)
    except (OSError, HTTPException, UnicodeError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FetchError(
            "{address} does not answer: {reason}", address=_shown(url), reason=reason
        ) from error


def _follow(
    url: str, folder: Path, sources: Sources, validators: Mapping[str, str], limits: Limits
) -> Download | None:
    deadline = time.monotonic() + limits.whole_seconds
    asked = url
    for _ in range(_REDIRECTS + 1):
        with _answer(asked, sources, validators, limits, deadline) as response:
            if response.status in _MOVED:
                asked = _next_address(asked, response)
                continue
            if response.status == 304 and validators:
                return None
            if response.status != 200:
                raise _refusal(asked, response)
            path = folder / _file_name(asked, response)
            _save(response, path, asked, limits, deadline)
            return Download(path, _validators(response))
    raise FetchError(
        "{address} leads on more than {n} times; give the last address",
        address=_shown(url),
        n=_REDIRECTS,
    )


@contextmanager
def _answer(
    url: str, sources: Sources, validators: Mapping[str, str], limits: Limits, deadline: float
) -> Iterator[HTTPResponse]:
    """The answer's head; all ends when the time is over, however slowly its bytes come."""
    parts = split_url(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    left = deadline - time.monotonic()
    opened: list[Any] = [
        connect(host, port, sources, timeout=max(0.1, min(limits.silence_seconds, left)))
    ]
    watch = threading.Timer(max(0.0, deadline - time.monotonic()), _shut, [opened])
    watch.daemon = True
    watch.start()
    connection = (HTTPSConnection if secure else HTTPConnection)(host, port)
    try:
        opened[0].settimeout(limits.silence_seconds)
        if secure:
            opened[0] = ssl.create_default_context().wrap_socket(
                opened[0], server_hostname=host, do_handshake_on_connect=False
            )
            opened[0].do_handshake()
        connection.sock = opened[0]
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
        connection.request("GET", target, headers=_headers(validators))
        with connection.getresponse() as response:
            if time.monotonic() >= deadline:  # a head that was cut off looks like a short one
                raise FetchError(_too_slow(url, limits))
            yield response
    except (OSError, HTTPException):
        if time.monotonic() >= deadline:
            raise FetchError(_too_slow(url, limits)) from None
        raise
    finally:
        watch.cancel()
        connection.close()
        opened[0].close()


def _shut(opened: list[Any]) -> None:
    with suppress(OSError):  # not connected any more
        opened[0].shutdown(socket.SHUT_RDWR)


def _headers(validators: Mapping[str, str]) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
    if "etag" in validators:
        headers["If-None-Match"] = validators["etag"]
    if "last_modified" in validators:
        headers["If-Modified-Since"] = validators["last_modified"]
    return headers


def _validators(response: HTTPResponse) -> dict[str, str]:
    found = {
        "etag": response.getheader("ETag"),
        "last_modified": response.getheader("Last-Modified"),
    }
    return {name: value for name, value in found.items() if value and len(value) <= 1_000}


def _next_address(url: str, response: HTTPResponse) -> str:
    target = urljoin(url, response.getheader("Location") or "")
    parts = split_url(target)  # http and https only
    if url.startswith("https:") and parts.scheme == "http":
        raise FetchError(
            "{address} leads from https to http; give that address itself", address=_shown(url)
        )
    return target


def _refusal(url: str, response: HTTPResponse) -> FetchError:
    wait = response.getheader("Retry-After") or ""
    seconds = min(int(wait), _LONGEST_WAIT_SECONDS) if wait.isascii() and wait.isdecimal() else None
    return FetchError(
        "{address} answers {status}",
        address=_shown(url),
        status=f"{response.status} {response.reason[:_LONGEST_REASON]}".rstrip(),
        wait_seconds=seconds if response.status in _BUSY else None,
    )


def _save(response: HTTPResponse, path: Path, url: str, limits: Limits, deadline: float) -> None:
    most = limits.most_bytes
    too_large = say(
        "{address} is more than {n} MB, the limit for a layer",
        address=_shown(url),
        n=round(most / 1024**2),
    )
    if response.length is not None and response.length > most:
        raise FetchError(too_large)
    unpack = _unpacker(response, url)
    size = 0
    with path.open("wb") as file:
        while block := response.read1(_BLOCK):
            for piece in _unpacked(unpack, block):
                size += file.write(piece)
                if size > most:
                    raise FetchError(too_large)
    if time.monotonic() >= deadline:
        raise FetchError(_too_slow(url, limits))
    if response.length or (unpack is not None and not unpack.eof):
        raise FetchError("{address} broke off after {size} bytes", address=_shown(url), size=size)


def _unpacker(response: HTTPResponse, url: str) -> "zlib._Decompress | None":
    coding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if coding == "identity":
        return None
    if coding not in ("gzip", "x-gzip"):
        raise FetchError(
            "{address} answers in {coding!r}, which nobody asked it for",
            address=_shown(url),
            coding=coding[:40],
        )
    return zlib.decompressobj(wbits=31)


def _unpacked(unpack: "zlib._Decompress | None", block: bytes) -> Iterator[bytes]:
    """In pieces: a small block may unpack to a thousand times its size."""
    if unpack is None:
        yield block
        return
    while block and not unpack.eof:
        yield unpack.decompress(block, _BLOCK)
        block = unpack.unconsumed_tail


def _file_name(url: str, response: HTTPResponse) -> str:
    name = PurePosixPath(unquote(split_url(url).path)).name.partition(";")[0]
    name = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII).lstrip(".")[-100:] or "layer"
    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    if not PurePosixPath(name).suffix and kind in _ENDINGS:
        name += _ENDINGS[kind]
    return name


def _too_slow(url: str, limits: Limits) -> Sentence:
    return say("{address} takes more than {n} s", address=_shown(url), n=limits.whole_seconds)


def _shown(url: str) -> str:
    """Short, for a sentence."""
    return shown_address(url).partition("?")[0]
