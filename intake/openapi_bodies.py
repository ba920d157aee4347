"""What an operation takes in its body, as OpenAPI describes it."""

from typing import Any

from data.reference import Reference
from intake.examples import Examples
from intake.operation import Operation

_JSON = "application/json"
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_PHOTOS = {
    "type": "array",
    "items": {"type": "string", "contentMediaType": "application/octet-stream"},
    "description": "JPEG, PNG, WebP, HEIC or GIF; five at most, 10 MB and 40 megapixels each.",
}


def request_body(
    operation: Operation, reference: Reference, examples: Examples
) -> dict[str, Any] | None:
    """None for an operation without a body."""
    if operation.json_body is not None:
        return {"required": True, "content": {_JSON: {"schema": operation.json_body}}}
    schema = body_schema(operation, reference)
    if schema is None:
        return None
    example = examples.of_body(operation)
    content = {}
    for form in (_FORM, _MULTIPART, _JSON):
        # A form has answers to questions under names of their own, which a schema cannot say.
        shape = schema if form == _JSON else _without_answers(schema)
        if form == _MULTIPART and operation.takes_photos:
            shape = {**shape, "properties": {**shape["properties"], "media": _PHOTOS}}
        content[form] = {"schema": shape, "example": example}
    return {"required": True, "content": content}


def body_schema(operation: Operation, reference: Reference) -> dict[str, Any] | None:
    """The fields of a form or JSON object; None for an operation without such."""
    if operation.body_model is not None:
        model = operation.body_model.model_json_schema()
        properties = {name: _plain(found) for name, found in model["properties"].items()}
        properties["service_code"]["enum"] = list(reference.service_by_code)
        leaves = reference.at_level(reference.leaf_level)
        properties["district_code"]["examples"] = [leaf.code for leaf in leaves[:2]]
        required = list(model.get("required", ()))
        properties["attribute"] = {
            "type": "object",
            "description": "Answers to the service's questions, by code; in a form "
            "`attribute[code]`, several `attribute[code][]`.",
            "additionalProperties": {"type": ["string", "array"], "items": {"type": "string"}},
        }
    elif operation.body:
        properties = {p.name: {**p.schema, "description": p.description} for p in operation.body}
        required = [p.name for p in operation.body if p.is_required]
    else:
        return None
    properties["api_key"] = {"type": "string", "description": "Or as the header `X-API-Key`."}
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": {"type": ["string", "null"], "description": "Ignored."},
    }


def _without_answers(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {n: found for n, found in schema["properties"].items() if n != "attribute"}
    return {**schema, "properties": properties}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without `null` and defaults: what is unknown is left out of a form."""
    found = {k: v for k, v in schema.items() if k not in ("default", "title", "anyOf")}
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            found |= choice
    return found
