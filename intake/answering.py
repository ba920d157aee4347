"""From answers to an HTTP response in the format that the path asks for."""

from collections.abc import Sequence

from flask import Response, request

from intake import as_json, as_xml
from intake.models import Answer

FORMATS = {"xml": as_xml, "json": as_json}


def respond(root: str, answer: Answer | Sequence[Answer], *, status: int = 200) -> Response:
    """`root` is the outermost XML element; JSON has none."""
    if isinstance(answer, Answer):
        content = answer.model_dump()
    else:
        content = [item.model_dump() for item in answer]  # type: ignore[assignment]
    form = as_xml if request.path.endswith(".xml") else as_json
    return Response(form.write(root, content), status=status, content_type=form.CONTENT_TYPE)
