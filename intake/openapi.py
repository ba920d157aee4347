"""The OpenAPI 3.1 document, made of the table of operations and of the models that answer."""

from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema

from data.reference import Reference
from intake import extension_models, models
from intake.models import Answer
from intake.operations import OPERATIONS, Operation, Parameter

VERSION = "2.0"
_REF = "#/components/schemas/{model}"
_JSON, _XML, _CSV = "application/json", "text/xml", "text/csv"
_MEDIA = {"json": _JSON, "xml": _XML, "csv": _CSV, "": "image/jpeg"}
_ALWAYS = (400, 503)  # whatever is asked: wrong words, and a crowd or a database that is away
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", _JSON)
_PATH_EXAMPLES = {"day": "2026-10-01"}


def openapi_document(reference: Reference, url: str) -> dict[str, Any]:
    """Plain values; `url` is the absolute address of /open311/v2."""
    answers: list[type[Answer]] = [models.Error, extension_models.ExtendedRequest]
    answers += [operation.answer for operation in OPERATIONS if operation.answer]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in dict.fromkeys(answers)], ref_template=_REF
    )
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        for ending in operation.formats:
            path = paths.setdefault(operation.address(ending), {})
            path[operation.method.lower()] = _operation(operation, ending, reference)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open311 of {reference.city.name}",
            "version": VERSION,
            "summary": "Open311 GeoReport v2 with extensions.",
            "description": "Every operation is there as `.json` and as `.xml`. Empty parameters "
            "count as absent. Dates carry an offset. Errors are a list of `code` and "
            "`description`, and name the field and the remedy.",
        },
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "Or as the field `api_key`.",
                }
            },
        },
    }


def _operation(operation: Operation, ending: str, reference: Reference) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _name(operation, ending),
        "tags": [operation.section],
        "summary": operation.summary,
        "parameters": [
            *(_path_parameter(name, reference) for name in path_names(operation)),
            *(_parameter(parameter) for parameter in operation.query),
        ],
        "responses": _responses(operation, ending),
    }
    if operation.description:
        described["description"] = operation.description
    if schema := body_schema(operation, reference):
        described["requestBody"] = {
            "required": True,
            "content": {form: _content(form, schema, operation) for form in _FORMS},
        }
    if operation.json_body is not None:
        content = {_JSON: {"schema": operation.json_body}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.scope:
        described["security"] = [{"key": []}]
    if operation.path == "/requests" and operation.method == "POST":
        described["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Recognises a retry.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            }
        )
    return described


def _content(form: str, schema: dict[str, Any], operation: Operation) -> dict[str, Any]:
    if form != "multipart/form-data" or not operation.takes_photos:
        return {"schema": schema}
    photos = {
        "type": "array",
        "items": {"type": "string", "contentMediaType": "application/octet-stream"},
        "description": "JPEG, PNG, WebP, HEIC or GIF; 10 MB and 40 megapixels each.",
    }
    properties = {**schema["properties"], "media": photos}
    return {"schema": {**schema, "properties": properties}}


def _name(operation: Operation, ending: str) -> str:
    words = operation.path.replace("{", "").replace("}", "").strip("/").replace("/", "_")
    return f"{operation.method.lower()}_{words.replace('-', '_')}_{ending or 'picture'}"


def path_names(operation: Operation) -> list[str]:
    return [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]


def _path_parameter(name: str, reference: Reference) -> dict[str, Any]:
    example = _PATH_EXAMPLES.get(name)
    if name == "service_code":
        example = next(iter(reference.service_by_code))
    found = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    return found | ({"example": example} if example else {})


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return found | ({"example": parameter.example} if parameter.example is not None else {})


def body_schema(operation: Operation, reference: Reference) -> dict[str, Any] | None:
    """The fields of a form or JSON object; None for an operation without a body."""
    if operation.body_model is not None:
        schema = operation.body_model.model_json_schema(ref_template=_REF)
        properties = {name: _plain(found) for name, found in schema["properties"].items()}
        properties["service_code"]["enum"] = list(reference.service_by_code)
        required = list(schema.get("required", ()))
        properties["attribute"] = {
            "type": "object",
            "description": "In a form: attribute[code], attribute[code][].",
            "additionalProperties": {"type": "string"},
        }
    elif operation.body:
        properties = {p.name: {**p.schema, "description": p.description} for p in operation.body}
        required = [p.name for p in operation.body if p.is_required]
    else:
        return None
    properties["api_key"] = {"type": "string", "description": "Or as the header X-API-Key."}
    return {"type": "object", "properties": properties, "required": required}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without `null` and defaults: what is unknown is left out of a form."""
    found = {k: v for k, v in schema.items() if k not in ("default", "title", "anyOf")}
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            found |= choice
    return found


def _responses(operation: Operation, ending: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in operation.statuses:
        found[str(status)] = _response(status, operation, ending)
    for status in sorted({*_ALWAYS, *operation.errors}):
        found[str(status)] = _error(status, ending)
    return found


def _response(status: int, operation: Operation, ending: str) -> dict[str, Any]:
    headers = {name: {"schema": {"type": "string"}} for name in operation.headers}
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if headers:
        found["headers"] = headers
    if status == HTTPStatus.NOT_MODIFIED:
        return found
    schema: dict[str, Any] = operation.answer_schema or {"type": "string"}
    if operation.answer is not None:
        answers = [operation.answer]
        if operation.answer is models.ServiceRequest:
            answers.append(extension_models.ExtendedRequest)  # with `extensions=true`
        refs = [{"$ref": _REF.format(model=answer.__name__)} for answer in answers]
        schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
        if operation.is_list:
            schema = {"type": "array", "items": schema}
    if ending == "xml":
        schema = {"xml": {"name": operation.root}, **schema}
    found["content"] = {_MEDIA[ending]: {"schema": schema}}
    return found


def _error(status: int, ending: str) -> dict[str, Any]:
    errors = {"type": "array", "items": {"$ref": _REF.format(model="Error")}, "minItems": 1}
    found: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {_XML if ending == "xml" else _JSON: {"schema": errors}},
    }
    if status in (429, 503):
        found["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return found
