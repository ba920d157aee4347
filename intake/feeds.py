"""Feeds of other systems, pushed to us: POST /v2/feeds/{preset}.json takes their own words.

One JSON object, or a list of them; the preset of that name says what they mean, and the channel is
that of the key. Each record is judged alone: those that are good are stored although others are
refused. The answer is of the shape that was sent, one entry for each record in its order.

201: at least one was stored now. 200: none was new, and none of those sent is missing here.
400: all were refused; or the body is not what a feed sends, and nothing was looked at.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from data.imports.adapting import adapt
from data.imports.feed import Pusher, Taken, take_records
from data.imports.preset import Preset, load_preset, preset_names
from data.keys import ALL_CHANNELS, ApiKey
from data.limits import give_back, spend
from data.reasons import Reason
from data.source_owners import OwnedByOther, claim_source
from data.store import Store, current_store
from intake import as_json
from intake.admission import authorise, refuse_early
from intake.errors import Problem, Refused, problem
from intake.parsing import Fields, discard_body, read_bytes
from intake.refusals import note_records
from intake.text import clean, shown

RECORD_LIMIT = 1_000
_DEPTH_LIMIT = 20


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(
        "/v2/feeds/<path:name>.json", view_func=take_feed, methods=["POST"], endpoint="take_feed"
    )


def take_feed(name: str) -> Response:
    preset = _preset(name)
    # What comes later of a known complaint changes it.
    scopes = ("write", "updates") if preset.follow else ("write",)
    refuse_early(*scopes)
    records, is_list = _read_records()
    key = authorise(Fields({}, {}), *scopes)
    if len(records) > key.per_minute:
        raise _refusal(
            f"{len(records)} records are too many at once; send {key.per_minute}", Reason.TOO_LARGE
        )
    store = current_store()
    _claim(store, preset, key)
    spend(store.engine, (key.bucket,), count=len(records))
    adapted = adapt(preset, store.reference(), channel=key.channel_code)
    # A file of the city's own may add services; a client may not.
    adapted = replace(adapted, create_missing=frozenset())
    taken = take_records(store, records, adapted, pusher=Pusher(key.acts_in, key.publishes))
    # To be told that nothing is new costs one, however many records were looked at.
    news = sum(item.created or item.updated for item in taken)
    give_back(store.engine, (key.bucket,), count=len(records) - max(news, 1))
    note_records([item.reason for item in taken if item.reason is not None])
    _refuse_if_nothing_is_kept(taken, is_list=is_list)
    entries = [
        _id_of(record, adapted) | _entry(item) for record, item in zip(records, taken, strict=True)
    ]
    created = any(item.created for item in taken)
    response = Response(
        as_json.write("", entries if is_list else entries[0]),
        status=HTTPStatus.CREATED if created else HTTPStatus.OK,
        content_type=as_json.CONTENT_TYPE,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _preset(name: str) -> Preset:
    if name not in preset_names():
        discard_body(request)
        raise Refused(
            Problem(
                HTTPStatus.NOT_FOUND,
                f"feed {shown(name)} is not known; feeds are {', '.join(preset_names())}",
            )
        )
    return load_preset(name)


def _claim(store: Store, preset: Preset, key: ApiKey) -> None:
    if key.acts_in is None:
        return
    usual = preset.defaults.get("channel")
    try:
        claim_source(store, preset.source, key.acts_in, usual=usual)
    except OwnedByOther as error:
        raise Refused(
            Problem(
                HTTPStatus.FORBIDDEN,
                f"{error}; ask this service's operator for a key of that channel, or for one with "
                f"the scope {ALL_CHANNELS}",
            )
        ) from None


def _read_records() -> tuple[list[dict[str, Any]], bool]:
    """The objects of the body, and whether they came as a list."""
    body = read_bytes(request)
    try:
        content = json.loads(
            body.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise _refusal("the body is not UTF-8; encode it in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _refusal(f"the body is not JSON ({error}); send an object or a list") from None
    records = content if isinstance(content, list) else [content]
    if not records or not all(isinstance(record, dict) for record in records):
        raise _refusal("the body is neither a JSON object nor a list of them")
    if len(records) > RECORD_LIMIT:
        raise _refusal(
            f"{len(records)} records are too many at once; send {RECORD_LIMIT}", Reason.TOO_LARGE
        )
    if not all(_is_shallow(record, _DEPTH_LIMIT) for record in records):
        raise _refusal(f"a record is nested more than {_DEPTH_LIMIT} levels deep; send it flat")
    return [_cleaned(record) for record in records], isinstance(content, list)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word[:40]} is not a number that can be kept")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _is_shallow(value: Any, depth: int) -> bool:
    if not isinstance(value, list | dict):
        return True
    items = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_shallow(item, depth - 1) for item in items)


def _cleaned(value: Any) -> Any:
    """All texts without what cannot be stored or shown."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value


def _refuse_if_nothing_is_kept(taken: Sequence[Taken], *, is_list: bool) -> None:
    if all(item.refusal is not None for item in taken):
        raise Refused(
            *(
                problem(f"record {number}: {_line(item)}" if is_list else _line(item), item.reason)
                for number, item in enumerate(taken, start=1)
            )
        )


def _line(item: Taken) -> str:
    name = f"{shown(item.external_id)}: " if item.external_id else ""
    return name + " ".join(clean(item.refusal or "").split())


def _id_of(record: dict[str, Any], preset: Preset) -> dict[str, Any]:
    """The record's own id, by its own name and as it was sent."""
    for name in preset.columns["external_id"]:
        value = record.get(name)
        if isinstance(value, str | int | float):
            return {name: value}
    return {}


def _entry(item: Taken) -> dict[str, Any]:
    entry: dict[str, Any] = {"created": item.created}
    if item.refusal is not None:
        description = _line(item)
        return entry | {"errors": [{"code": 400, "description": description}]}
    entry["service_request_id"] = item.service_request_id
    if item.updated:
        entry["updated"] = True
    elif not item.created:
        entry["message"] = f"{item.external_id} is here already"
    return entry


def _refusal(description: str, reason: Reason = Reason.UNREADABLE) -> Refused:
    return Refused(problem(description, reason))
