"""Answers as XML: one element per field and, inside a list, one per item."""

from typing import Any
from xml.etree import ElementTree

from intake.text import clean

CONTENT_TYPE = "text/xml; charset=utf-8"

ITEM_OF = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "districts": "district",
    "photos": "photo",
    "notes": "note",
    "timeline": "event",
    "service_request_updates": "request_update",
}


def write(root: str, content: Any) -> bytes:
    """Plain values as a UTF-8 document whose outermost element is `root`.

    What is unknown is an empty element. Always well-formed: text loses what XML cannot carry.
    """
    document: bytes = ElementTree.tostring(
        _element(root, content), encoding="UTF-8", xml_declaration=True
    )
    return document


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, dict):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, list):
        element.extend(_element(ITEM_OF[name], item) for item in content)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None:
        element.text = clean(str(content))
    return element
