"""From an HTTP body to fields: form, multipart form or JSON, one shape for all three."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from data.reasons import Reason
from intake.deadline import TooSlow, in_time
from intake.errors import Refused, problem
from intake.multipart import TEXT_LIMIT, UPLOAD_LIMIT, Upload, codec_of, read_parts
from intake.text import clean

_DISCARD_LIMIT = 2 * UPLOAD_LIMIT
_DISCARD_SECONDS = 5  # for what nobody will look at
_FIELD_LIMIT = 500
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\d*\])?")
_LISTED = re.compile(r"(\w+)\[\d*\]")


@dataclass(frozen=True)
class Fields:
    """What was sent. Texts are clean; what was sent empty is not here."""

    values: dict[str, list[str]]
    attributes: dict[str, list[str]]
    uploads: tuple[Upload, ...] = ()

    def first(self, name: str) -> str | None:
        values = self.values.get(name)
        return values[0] if values else None

    def canonical(self, *, without: str) -> str:
        """The same for the same content, however it was encoded and ordered."""
        values = {name: sent for name, sent in self.values.items() if name != without}
        content: dict[str, Any] = {"values": values, "attributes": self.attributes}
        if self.uploads:
            content["uploads"] = [upload.sha256 for upload in self.uploads]
        return json.dumps(content, sort_keys=True, ensure_ascii=True)


def read_body(request: Request, *, with_photos: bool = False) -> Fields:
    """Raises Refused when the body is of a type that holds no fields, not UTF-8, not JSON, or
    carries files where none are taken; and what `read_bytes` raises."""
    if request.mimetype != "multipart/form-data":
        return gather(_pairs(read_bytes(request), request))
    with _arriving(request, UPLOAD_LIMIT if with_photos else TEXT_LIMIT):
        pairs, uploads = read_parts(request, with_photos=with_photos)
    return replace(gather(pairs), uploads=uploads)


def read_bytes(request: Request) -> bytes:
    """The body as it is. Raises RequestEntityTooLarge when it is larger than TEXT_LIMIT; TooSlow
    when it does not come."""
    with _arriving(request, TEXT_LIMIT):
        body = request.get_data()
        # A body of undeclared length is cut there without a word.
        if request.content_length is None and len(body) >= TEXT_LIMIT:
            raise RequestEntityTooLarge
    return body


@contextmanager
def _arriving(request: Request, limit: int) -> Iterator[None]:
    request.max_content_length = limit
    with in_time(request):
        try:
            yield
        except RequestEntityTooLarge:
            _discard_rest(request)
            raise


def discard_body(request: Request) -> None:
    """Before it is refused unread."""
    is_ended = request.content_length is not None or request.environ.get("wsgi.input_terminated")
    with suppress(TooSlow, OSError), in_time(request, patience=_DISCARD_SECONDS):
        if is_ended:
            _discard_rest(request)


def _pairs(body: bytes, request: Request) -> Iterable[tuple[str, str]]:
    """Of a form or of JSON, which many a client sends under the type of a form."""
    if "json" in request.mimetype or body.removeprefix(BOM_UTF8).lstrip()[:1] == b"{":
        return _json_pairs(body)
    if request.mimetype.endswith("xml"):
        raise _refusal(f"the body is {request.mimetype}; send a form or JSON")
    return _form_pairs(body, codec_of(request.mimetype_params.get("charset", "")))


def _discard_rest(request: Request) -> None:
    """Most clients read an answer only when they have sent everything."""
    sent = request.content_length  # None: in chunks, of which the last one is known as such
    left = _DISCARD_LIMIT if sent is None else min(sent, _DISCARD_LIMIT)
    while left > 0 and (part := request.environ["wsgi.input"].read(min(left, 65_536))):
        left -= len(part)


def gather(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Names may repeat, and may end in `[]`; empty values count as absent."""
    values: dict[str, list[str]] = {}
    attributes: dict[str, list[str]] = {}
    for raw_name, raw_value in pairs:
        name, value = clean(raw_name or "").strip(), clean(raw_value)  # a part may have no name
        if not name or not value.strip():
            continue
        if attribute := _ATTRIBUTE.fullmatch(name):
            attributes.setdefault(attribute[1], []).append(value)
        else:
            listed = _LISTED.fullmatch(name)
            values.setdefault(listed[1] if listed else name, []).append(value)
    return Fields(values, attributes)


def _form_pairs(body: bytes, codec: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode(codec),
            encoding=codec,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_FIELD_LIMIT,
        )
    except UnicodeDecodeError:
        raise _refusal("the form is not UTF-8; encode every field in UTF-8") from None
    except ValueError:
        raise _refusal(f"the form has more than {_FIELD_LIMIT} fields; send fewer") from None


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        content = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refusal("the body is not UTF-8; encode it in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _refusal(f"the body is not JSON ({error}); send one object of fields") from None
    if not isinstance(content, dict):
        raise _refusal("the body is not a JSON object; send one object of fields")
    attributes = content.pop("attribute", None)
    if isinstance(attributes, dict):
        content |= {f"attribute[{code}]": value for code, value in attributes.items()}
    elif attributes is not None:
        raise _refusal('attribute is not a JSON object; send {"code": value, …}')
    return [pair for name, value in content.items() for pair in _flat(name, value)]


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, (dict, list)) for item in items):
        raise _refusal(f"{name} holds JSON objects or lists; send text, or a list of texts")
    return [
        (name, item if isinstance(item, str) else json.dumps(item))
        for item in items
        if item is not None
    ]


def _refusal(description: str) -> Refused:
    return Refused(problem(description, Reason.UNREADABLE))
