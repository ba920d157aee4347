"""The OpenAPI document, and the same as a page that a person reads, without any script."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from data.store import current_store
from intake import as_json
from intake.openapi import body_schema, openapi_document, path_names
from intake.operations import OPERATIONS, Operation

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/v2/openapi.json", view_func=get_openapi, methods=["GET"])
    blueprint.add_url_rule("/v2/docs", view_func=get_manual, methods=["GET"])


def get_openapi() -> Response:
    document = openapi_document(current_store().reference(), _here())
    return Response(as_json.write("", document), content_type=as_json.CONTENT_TYPE)


def get_manual() -> Response:
    reference = current_store().reference()
    document = openapi_document(reference, _here())
    sections = [
        (name, [_entry(operation, document) for operation in operations])
        for name, operations in groupby(OPERATIONS, key=lambda operation: operation.section)
    ]
    page = render_template(
        "manual.html",
        city=reference.city.name,
        url=_here(),
        sections=sections,
        first_service=next(iter(reference.service_by_code), "garbage"),
        latitude=reference.city.latitude,
        longitude=reference.city.longitude,
    )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _here() -> str:
    return url_for(".get_openapi", _external=True).removesuffix("/openapi.json")


def _entry(operation: Operation, document: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one operation."""
    ending = operation.formats[0]
    described = document["paths"][operation.address(ending)][operation.method.lower()]
    schema = body_schema(operation, current_store().reference()) or {}
    required = set(schema.get("required", ()))
    answer = operation.answer.__name__ if operation.answer else None
    properties = document["components"]["schemas"][answer]["properties"] if answer else {}
    return {
        "id": described["operationId"],
        "method": operation.method,
        "path": operation.path,
        "formats": operation.formats,
        "summary": operation.summary,
        "description": operation.description,
        "scope": operation.scope,
        "path_names": path_names(operation),
        "query": [(p.name, _type(p.schema), p.description, p.is_required) for p in operation.query],
        "body": [
            (name, _type(found), found.get("description", ""), name in required)
            for name, found in schema.get("properties", {}).items()
        ],
        "answer": [(name, _type(found)) for name, found in properties.items()],
        "is_list": operation.is_list,
        "statuses": [
            (code, found["description"]) for code, found in described["responses"].items()
        ],
    }


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema and len(schema["enum"]) < 8:
        return " | ".join(map(str, schema["enum"]))
    return str(schema.get("type", "any"))
