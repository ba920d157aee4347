"""Whether an XML answer is what its schema says: names, order and nesting of elements, values."""

from typing import Any
from xml.etree.ElementTree import Element


class NotAsDescribed(AssertionError):
    """An element that the document does not describe."""


def check_element(element: Element, schema: dict[str, Any], document: dict[str, Any]) -> None:
    """The names of elements come from the `xml` of schemas. Raises NotAsDescribed."""
    name = schema.get("xml", {}).get("name", element.tag)
    _expect(element.tag == name, f"<{element.tag}> is there instead of <{name}>")
    if "$ref" in schema:
        model = schema["$ref"].rpartition("/")[2]
        check_element(element, document["components"]["schemas"][model], document)
    elif "anyOf" in schema:
        _check_any(element, schema["anyOf"], document)
    elif schema["type"] == "array":
        _expect(schema["xml"]["wrapped"], f"<{name}> is a list without an element around it")
        for child in element:
            check_element(child, schema["items"], document)
    elif schema["type"] == "object":
        names = [child.tag for child in element]
        _expect(names == list(schema["properties"]), f"<{name}> holds {names}")
        for child in element:
            check_element(child, schema["properties"][child.tag], document)
    else:
        _check_text(element, schema)


def _check_any(element: Element, choices: list[dict[str, Any]], document: dict[str, Any]) -> None:
    failures = []
    for choice in choices:
        try:
            return check_element(element, choice, document)
        except (NotAsDescribed, ValueError) as failure:
            failures.append(str(failure))
    raise NotAsDescribed("; or ".join(failures))


def _check_text(element: Element, schema: dict[str, Any]) -> None:
    text = element.text or ""
    _expect(not len(element), f"<{element.tag}> has elements in it")
    match schema["type"]:
        case "null":
            _expect(not text, f"<{element.tag}> is not empty: {text!r}")
        case "integer":
            int(text)
        case "number":
            float(text)
        case "boolean":
            _expect(text in ("true", "false"), f"<{element.tag}> is {text!r}")
        case "string":
            _expect("enum" not in schema or text in schema["enum"], f"{element.tag}: {text!r}")
        case other:
            raise NotAsDescribed(f"<{element.tag}> is described as {other}")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotAsDescribed(otherwise)
