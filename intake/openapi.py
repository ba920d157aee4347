"""The OpenAPI 3.1 document, made of the table of operations and of the models that answer."""

from typing import Any

from data.reference import Reference
from intake.examples import Examples
from intake.openapi_answers import answer_schemas, responses
from intake.openapi_bodies import request_body
from intake.operation import Operation, Parameter
from intake.operations import OPERATIONS

VERSION = "2.0"
_ABOUT = """\
Report complaints to {city} and read what became of them.

- Every operation is there as `.json` and as `.xml`; both say the same.
- Empty parameters count as absent, and unknown ones are ignored.
- Dates carry an offset; without one they are the city's time.
- Errors are a list of `code` and `description`, which names the field, its value and the remedy. \
That holds everywhere: also for a path that does not exist (404), a method that it does not take \
(405) and a failure of the service itself (500).
- Any page of any origin may read; apps report with an API key."""


def openapi_document(reference: Reference, url: str, language: str = "en") -> dict[str, Any]:
    """Plain values; `url` is the absolute address of /open311/v2."""
    paths: dict[str, Any] = {}
    examples = Examples(reference, url, language)
    for operation in OPERATIONS:
        for ending in operation.formats:
            path = paths.setdefault(operation.address(ending), {})
            path[operation.method.lower()] = _operation(operation, ending, reference, examples)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open311 of {reference.city.name}",
            "version": VERSION,
            "summary": "Open311 GeoReport v2 with extensions.",
            "description": _ABOUT.format(city=reference.city.name),
        },
        "externalDocs": {
            "description": "GeoReport v2",
            "url": "https://wiki.open311.org/GeoReport_v2/",
        },
        "servers": [{"url": url}],
        "tags": [{"name": name} for name in dict.fromkeys(o.section for o in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": answer_schemas(OPERATIONS),
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "Issued by the city, one for each app, for reading, reporting, "
                    "updates or feedback. May also come as the field `api_key`.",
                }
            },
        },
    }


def _operation(
    operation: Operation, ending: str, reference: Reference, examples: Examples
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _name(operation, ending),
        "tags": [operation.section],
        "summary": operation.summary,
        "parameters": [
            *(_path_parameter(name, reference, examples) for name in operation.path_names),
            *(_parameter(parameter, "query", reference) for parameter in operation.query),
            *(_parameter(parameter, "header", reference) for parameter in operation.sent_headers),
        ],
        "responses": responses(operation, ending, examples),
    }
    if operation.description:
        described["description"] = operation.description
    if body := request_body(operation, reference, examples):
        described["requestBody"] = body
    if operation.scope:
        described["security"] = [{"key": []}]
    return described


def _name(operation: Operation, ending: str) -> str:
    words = operation.path.replace("{", "").replace("}", "").strip("/").replace("/", "_")
    return f"{operation.method.lower()}_{words.replace('-', '_')}_{ending or 'picture'}"


def _path_parameter(name: str, reference: Reference, examples: Examples) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name == "service_code":
        schema["enum"] = list(reference.service_by_code)
    elif name == "day":
        schema["format"] = "date"
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": schema,
        "example": examples.of_path(name),
    }


def _parameter(parameter: Parameter, place: str, reference: Reference) -> dict[str, Any]:
    schema = parameter.schema
    if parameter.name == "service_code":
        schema = {**schema, "enum": list(reference.service_by_code)}
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": place,
        "description": parameter.description,
        "schema": schema,
    }
    if parameter.is_list:
        found |= {"schema": {"type": "array", "items": schema}, "style": "form", "explode": False}
    return found | ({"example": parameter.example} if parameter.example is not None else {})
