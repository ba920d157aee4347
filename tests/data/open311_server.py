"""Other cities' servers, for the tests of pulling: real HTTP, and the habits of real ones."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

Query = dict[str, str]
Answer = tuple[int, dict[str, str], bytes]
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def request(number: int, **changes: Any) -> dict[str, Any]:
    """An open request about garbage, a minute after the one before."""
    at = (BEGIN + timedelta(minutes=number)).isoformat()
    return {
        "service_request_id": f"r{number}",
        "status": "open",
        "status_notes": None,
        "service_name": "Garbage",
        "service_code": "garbage",
        "description": f"Request {number}",
        "requested_datetime": at,
        "updated_datetime": at,
        "address": "Jalan Satu",
        "lat": -6.19,
        "long": 106.81,
    } | changes


class City:
    """A server's requests, and what it knows of the extensions."""

    def __init__(self, requests: list[dict[str, Any]]) -> None:
        self.requests = requests
        self.limit = 50
        self.knows_pages = True
        self.knows_updates = True
        self.refuses_pages = False
        self.oldest_first = False
        self.as_xml = False
        self.asked: list[Query] = []
        self.agents: set[str] = set()
        self.before: Callable[[int, Query], Answer | None] = lambda number, query: None

    def answer(self, query: Query) -> Answer:
        self.asked.append(query)
        told = self.before(len(self.asked), query)
        if told is not None:
            return told
        if self.refuses_pages and "page" in query:
            return 400, {}, b'[{"code":400,"description":"page is not known"}]'
        found = self._found(query)
        if self.as_xml:
            return 200, {"Content-Type": "text/xml"}, _xml(found)
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()

    def _found(self, query: Query) -> list[dict[str, Any]]:
        if "service_request_id" in query:
            wanted = query["service_request_id"].split(",")
            return [r for r in self.requests if r["service_request_id"] in wanted]
        found = [
            r
            for r in self.requests
            if _between(r["requested_datetime"], query, "start_date", "end_date")
            and (
                not self.knows_updates
                or _between(r["updated_datetime"], query, "updated_after", "updated_before")
            )
        ]
        found.sort(key=lambda r: _instant(r["requested_datetime"]), reverse=not self.oldest_first)
        if not self.knows_pages:
            return found[: self.limit]
        size = min(self.limit, int(query.get("page_size", self.limit)))
        start = (int(query.get("page", 1)) - 1) * size
        return found[start : start + size]


def _between(text: str, query: Query, start: str, end: str) -> bool:
    at = _instant(text)
    after = start not in query or at >= _instant(query[start])
    return after and (end not in query or at <= _instant(query[end]))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _xml(found: list[dict[str, Any]]) -> bytes:
    root = ElementTree.Element("service_requests")
    for item in found:
        element = ElementTree.SubElement(root, "request")
        for name, value in item.items():
            ElementTree.SubElement(element, name).text = None if value is None else str(value)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


@contextmanager
def serve(answer: Callable[[str, Query, dict[str, str]], Answer]) -> Iterator[str]:
    """Answers on a port of its own; gives the address without a slash at its end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, body = answer(parts.path, query, dict(self.headers))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve_city(city: City) -> Iterator[str]:
    def answer(path: str, query: Query, headers: dict[str, str]) -> Answer:
        if path != "/v2/requests.json" and path != "/v2/requests.xml":
            return 404, {}, b"[]"
        city.agents.add(headers.get("User-Agent", ""))
        return city.answer(query)

    with serve(answer) as address:
        yield f"{address}/v2"
