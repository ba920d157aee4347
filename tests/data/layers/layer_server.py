"""A source of layers over real HTTP, and the habits of real ones."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def points(*levels: float) -> bytes:
    """GeoJSON of stations, one for each water level, inside the tiny city."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.815 + n / 1000, -6.2]},
            "properties": {"station": f"S{n}", "level": level},
        }
        for n, level in enumerate(levels)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


class Source:
    """What the server gives, and how; `asked` holds the headers of every question."""

    def __init__(self) -> None:
        self.body = points(1.0, 2.0)
        self.status = 200
        self.etag: str | None = None
        self.headers: dict[str, str] = {}
        self.location: str | None = None
        self.announced: int | None = None  # a Content-Length that is a lie
        self.pause_seconds = 0.0  # before each byte of the body
        self.slow_head = False  # the pauses come between the bytes of the head
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(dict(handler.headers))
        self.paths.append(handler.path)
        if self.location is not None and handler.path != "/moved.geojson":
            return self._head(handler, 302, {"Location": self.location, "Content-Length": "0"})
        if self.etag and handler.headers.get("If-None-Match") == self.etag:
            return self._head(handler, 304, {})
        length = len(self.body) if self.announced is None else self.announced
        headers = {"Content-Length": str(length)} | self.headers
        if self.etag:
            headers["ETag"] = self.etag
        if self.slow_head:
            return self._drip(handler, b"HTTP/1.1 200 OK\r\n" + b"X-Long: 1\r\n" * 200)
        self._head(handler, self.status, headers)
        if self.pause_seconds:
            return self._drip(handler, self.body)
        handler.wfile.write(self.body)

    def _head(self, handler: Any, status: int, headers: dict[str, str]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()

    def _drip(self, handler: Any, content: bytes) -> None:
        for start in range(len(content)):
            handler.wfile.write(content[start : start + 1])
            time.sleep(self.pause_seconds)


@contextmanager
def serving(source: Source) -> Iterator[str]:
    """The address of the server, without a slash at its end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                source.answer(self)
            except OSError:  # the reader had enough
                self.close_connection = True

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
