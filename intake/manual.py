"""The OpenAPI document, and the same as a page that a person reads, without any script."""

import json
import re
import shlex
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from markupsafe import Markup, escape

from data.store import current_store
from intake import as_json
from intake.asking import preferred_language
from intake.openapi import openapi_document
from intake.operation import Operation
from intake.operations import OPERATIONS

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/v2/openapi.json", view_func=get_openapi, methods=["GET"])
    blueprint.add_url_rule("/v2/docs", view_func=get_manual, methods=["GET"])


def get_openapi() -> Response:
    return Response(as_json.write("", _document()), content_type=as_json.CONTENT_TYPE)


def get_manual() -> Response:
    document = _document()
    sections = [
        (name, [_entry(operation, document) for operation in operations])
        for name, operations in groupby(OPERATIONS, key=lambda operation: operation.section)
    ]
    entries = [entry for _, found in sections for entry in found]
    page = render_template(
        "manual.html",
        city=current_store().reference().city.name,
        url=document["servers"][0]["url"],
        summary=document["info"]["summary"],
        about=document["info"]["description"].partition("\n\n"),
        sections=sections,
        report=next(entry["curl"] for entry in entries if entry["operation"].takes_photos),
        in_code=in_code,
    )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _document() -> dict[str, Any]:
    reference = current_store().reference()
    url = url_for(".get_openapi", _external=True).removesuffix("/openapi.json")
    return openapi_document(reference, url, preferred_language(reference))


def in_code(words: str) -> Markup:
    """Text as HTML; what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words))))


def _entry(operation: Operation, document: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one operation."""
    ending = operation.formats[0]
    described = document["paths"][operation.address(ending)][operation.method.lower()]
    answer = operation.answer.__name__ if operation.answer else None
    model = document["components"]["schemas"][answer] if answer else {}
    return {
        "id": described["operationId"],
        "operation": operation,
        "parameters": [_row(parameter) for parameter in described["parameters"]],
        "body": _fields(described),
        "answer": [(name, _type(found)) for name, found in model.get("properties", {}).items()],
        "curl": _curl(operation, described, document["servers"][0]["url"]),
        "example": _example(described),
        "statuses": [
            (int(code), found["description"]) for code, found in described["responses"].items()
        ],
    }


def _row(parameter: dict[str, Any]) -> tuple[str, str, str, bool]:
    words = parameter.get("description") or f"Such as `{parameter['example']}`."
    if parameter["in"] == "header":
        words = f"A header. {words}"
    return parameter["name"], _type(parameter["schema"]), words, parameter.get("required", False)


def _fields(described: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    content = described.get("requestBody", {}).get("content", {})
    schema = dict(content.get(_JSON, {}).get("schema", {}))
    properties = dict(schema.get("properties", {}))
    for more in content.values():  # photos are there in a multipart body alone
        properties = {**more["schema"].get("properties", {}), **properties}
    required = set(schema.get("required", ()))
    return [
        (name, _type(found), found.get("description", ""), name in required)
        for name, found in sorted(properties.items(), key=lambda field: field[0] not in required)
    ]


def _curl(operation: Operation, described: dict[str, Any], url: str) -> str:
    """A command that works as it is, but for the key."""
    address = f"{url}{operation.address(operation.formats[0])}"
    for parameter in described["parameters"]:
        if parameter["in"] == "path":
            address = address.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    lines = ["curl"] + ([f"-X {operation.method}"] if operation.method == "PUT" else [])
    if operation.scope:
        lines.append("-H 'X-API-Key: KEY'")
    content = described.get("requestBody", {}).get("content", {})
    if _FORM in content:
        sent = content[_FORM]["example"].items()
        lines += [f"-d {shlex.quote(f'{name}={_word(value)}')}" for name, value in sent]
    elif content:
        lines.append("--json @records.json")
    lines = [" ".join(lines[:2]), *lines[2:], shlex.quote(address)]
    return " ".join(lines) if len(lines) == 2 else " \\\n  ".join(lines)


def _word(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _example(described: dict[str, Any]) -> str | None:
    """The answer to success, as JSON."""
    answer = next(iter(described["responses"].values())).get("content", {}).get(_JSON, {})
    example = answer.get("example")
    return None if example is None else json.dumps(example, ensure_ascii=False, indent=2)


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema and len(schema["enum"]) < 8:
        return " | ".join(map(str, schema["enum"]))
    if "format" in schema:
        return str(schema["format"])
    kind = schema.get("type", "any")
    return kind if isinstance(kind, str) else " or ".join(kind)
