"""Answers of GeoReport v2 servers, JSON or XML, as records of plain values."""

import json
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from data.pull.client import PullError

_LISTS = ("service_requests", "requests", "response", "results")


def parse_requests(body: bytes, address: str) -> list[dict[str, Any]]:
    """The service requests of an answer, each with the standard's field names.

    Raises PullError naming the address, and the line where the answer is not well-formed.
    """
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise PullError(
            f"{address}: the answer is a page for people (HTML), not service requests; give the "
            "address that ends before /requests.json"
        )
    if start.startswith(b"<"):
        return _from_xml(body, address)
    if start.startswith((b"[", b"{")):
        return _from_json(body, address)
    if not start:
        raise PullError(f"{address} gives an empty answer")
    seen = " ".join(start[:60].decode("utf-8", "replace").split())
    line = body[: len(body) - len(body.lstrip())].count(b"\n") + 1
    raise PullError(f"{address}, line {line}: the answer is neither JSON nor XML: {seen!r}")


def _from_json(body: bytes, address: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise PullError(f"{address}, line {line}: the answer is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise PullError(f"{address}, line {error.lineno}: not well-formed JSON: {error}") from error
    except RecursionError as error:
        raise PullError(f"{address}: the answer is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise PullError(f"{address}: not JSON that can be read: {error}") from error
    if isinstance(found, dict):
        if "errors" in found:
            raise PullError(f"{address} answers with errors: {_told(found['errors'])}")
        lists = [found[name] for name in _LISTS if isinstance(found.get(name), list)]
        found = lists[0] if lists else [found]
    records = [record for record in found if isinstance(record, dict)]
    if len(records) != len(found):
        raise PullError(f"{address}: the answer is not a list of service requests")
    if records and all(_is_error(record) for record in records):
        raise PullError(f"{address} answers with errors: {_told(records)}")
    if records and not any("service_request_id" in record for record in records):
        names = ", ".join(list(records[0])[:8])
        raise PullError(f"{address}: the answer holds no service requests, but {names}")
    return records


def _from_xml(body: bytes, address: str) -> list[dict[str, Any]]:
    try:
        # Expat takes blanks before the declaration for an error, and servers send them.
        root = fromstring(body.lstrip(), forbid_dtd=True)
    except ParseError as error:
        line = error.position[0] + body[: len(body) - len(body.lstrip())].count(b"\n")
        raise PullError(f"{address}, line {line}: not well-formed XML: {error}") from error
    except (DefusedXmlException, LookupError, ValueError) as error:
        raise PullError(f"{address}: XML that is not read: {error}") from error
    if _name(root) in ("errors", "error"):
        told = [_record(child) or child.text for child in root] or root.text
        raise PullError(f"{address} answers with errors: {_told(told)}")
    if _name(root) not in ("service_requests", "requests"):
        raise PullError(f"{address}: the answer is <{_name(root)}>, not <service_requests>")
    return [_record(child) for child in root if _name(child) in ("request", "service_request")]


def _record(element: Element) -> dict[str, Any]:
    """The children of an element; one that comes again makes a list, one that nests an object."""
    record: dict[str, Any] = {}
    for child in element:
        value: Any = _record(child) if len(child) else (child.text or "").strip()
        name = _name(child)
        if name in record:
            former = record[name]
            record[name] = [*(former if isinstance(former, list) else [former]), value]
        else:
            record[name] = value
    return record


def _name(element: Element) -> str:
    """Without its namespace."""
    return re.sub(r"^\{.*\}", "", str(element.tag))


def _is_error(record: dict[str, Any]) -> bool:
    return "description" in record and "code" in record and "service_request_id" not in record


def _told(errors: Any) -> str:
    items = errors if isinstance(errors, list) else [errors]
    texts = [
        str(item.get("description", item)) if isinstance(item, dict) else str(item)
        for item in items
    ]
    return "; ".join(" ".join(text.split()) for text in texts)[:300]
