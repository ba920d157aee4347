"""What an operation answers, as OpenAPI describes it: schemas, their XML, errors, headers."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema

from intake.as_xml import ITEM_OF
from intake.examples import Examples
from intake.models import Answer, Error
from intake.operation import Operation

_REF = "#/components/schemas/{model}"
_MEDIA = {"json": "application/json", "xml": "text/xml", "csv": "text/csv", "": "image/jpeg"}
_ALWAYS = (400, 503)  # whatever is asked: wrong words, and a crowd or a database that is away
_MEANING = {
    200: "As asked",
    201: "Stored",
    304: "Nothing has changed since that `ETag`",
    400: "Something sent is wrong; every problem at once",
    403: "The API key, or the token, is missing or does not open this",
    404: "What is named is not known here",
    409: "Contradicts what was sent or has happened before",
    408: "Too slow",
    413: "Too large",
    429: "Too many at once; `Retry-After` says when to go on",
    503: "Briefly away or too busy; send it again after `Retry-After`",
}
_HEADERS: dict[str, dict[str, Any]] = {
    "X-Total-Count": {"description": "Rows on all pages.", "schema": {"type": "integer"}},
    "X-Page": {"description": "This page.", "schema": {"type": "integer"}},
    "X-Page-Size": {"description": "Rows of a page.", "schema": {"type": "integer"}},
    "X-Page-Count": {"description": "Pages.", "schema": {"type": "integer"}},
    "Link": {"description": "RFC 8288: first, prev, next, last.", "schema": {"type": "string"}},
    "ETag": {"description": "Names this state.", "schema": {"type": "string"}},
    "Cache-Control": {"schema": {"type": "string"}},
    "Content-Disposition": {"schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}},
    "Idempotency-Replayed": {
        "description": "`true` where this was stored before.",
        "schema": {"type": "string"},
    },
}
_NOT_ALWAYS_SENT = {"Idempotency-Replayed"}
_SENT_UNCHANGED = {"ETag"}  # with 304, which says of the rest that it is as before


def answer_schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """Components: the models that answer, with the names of their XML elements."""
    models: list[type[Answer]] = [Error]
    for operation in operations:
        models += [model for model in (operation.answer, operation.extended) if model]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in dict.fromkeys(models)], ref_template=_REF
    )
    found: dict[str, Any] = schemas["$defs"]
    for schema in found.values():
        for name, field in schema["properties"].items():
            field.pop("title", None)
            if field.get("type") == "array":
                field |= _in_xml(name, field["items"])
    return found


def _in_xml(name: str, items: dict[str, Any]) -> dict[str, Any]:
    """A list as XML has it: an element around, and one for each item."""
    return {
        "type": "array",
        "items": {**items, "xml": {"name": ITEM_OF[name]}},
        "xml": {"name": name, "wrapped": True},
    }


def responses(operation: Operation, ending: str, examples: Examples) -> dict[str, Any]:
    found = {
        str(status): _response(status, operation, ending, examples) for status in operation.statuses
    }
    for status in sorted({*_ALWAYS, *operation.errors}):
        found[str(status)] = _error(status, ending, examples)
    return found


def _response(status: int, operation: Operation, ending: str, examples: Examples) -> dict[str, Any]:
    found: dict[str, Any] = {"description": _MEANING[status]}
    names = [n for n in operation.headers if status != 304 or n in _SENT_UNCHANGED]
    if names:
        found["headers"] = {
            name: {"required": name not in _NOT_ALWAYS_SENT, **_HEADERS[name]} for name in names
        }
    if status == HTTPStatus.NOT_MODIFIED:
        return found
    content: dict[str, Any] = {"schema": _answer(operation, ending)}
    example = examples.of_answer(operation, ending)
    if example is not None:
        content["example"] = example
    found["content"] = {_MEDIA[ending]: content}
    return found


def _answer(operation: Operation, ending: str) -> dict[str, Any]:
    if operation.answer is None:
        return operation.answer_schema or {"type": "string"}
    models = [model for model in (operation.extended, operation.answer) if model]
    refs = [{"$ref": _REF.format(model=model.__name__)} for model in models]
    schema: dict[str, Any] = refs[0] if len(refs) == 1 else {"anyOf": refs}
    if operation.is_list:
        plain = {"type": "array", "items": schema}
        return _in_xml(operation.root, schema) if ending == "xml" else plain
    return {**schema, "xml": {"name": operation.root}} if ending == "xml" else schema


def _error(status: int, ending: str, examples: Examples) -> dict[str, Any]:
    items = {"$ref": _REF.format(model="Error")}
    schema = _in_xml("errors", items) if ending == "xml" else {"type": "array", "items": items}
    media = _MEDIA["xml" if ending == "xml" else "json"]
    content = {"schema": {**schema, "minItems": 1}, "example": examples.of_error(status, ending)}
    found: dict[str, Any] = {"description": _MEANING[status], "content": {media: content}}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        found["headers"] = {"Retry-After": {"required": True, **_HEADERS["Retry-After"]}}
    return found
