"""GET /api/v1/kpi: the numbers of the KPI page, for programs with a key that may read."""

import csv
import hashlib
import io
import json
import math
import time
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, Response, request

from data.keys import ApiKey, find_key
from data.limits import TooMany, spend
from data.refusals import record_use
from data.spreadsheets import safe_text
from data.store import Store, current_store
from pages.answers import answer_error, answer_errors
from pages.map_parameters import read_choice, read_choices, read_filter, read_language
from queries.kpi.panels import PANELS
from queries.kpi.report import kpi_report, kpi_table

_FORMATS = ("json", "csv")
_SCOPE = "read"

routes = Blueprint("kpi_routes", __name__)
answer_errors(routes)


class NoEntry(PermissionError):
    """A request without a key that opens this."""


def init_app(server: Flask) -> None:
    """Must come before the address that answers all others below /api/."""
    server.register_blueprint(routes)


@routes.get("/api/v1/kpi")
def kpi() -> Response:
    """The filter as the page writes it; `panels` for some of them, `lang` for names of services.

    The same question is answered with 304 while its answer stays the same (ETag).
    """
    store = current_store()
    key = _key_of_request(store)
    wanted = read_filter(store)
    kind = read_choice("format", _FORMATS, _FORMATS[0])
    panels = read_choices("panels", tuple(PANELS), ())
    language = read_language(store.reference())
    spend(store.engine, [key.bucket])
    if kind == "csv":
        body, mimetype = _csv(kpi_table(store, wanted, language, panels)), "text/csv"
    else:
        found = kpi_report(store, wanted, language, panels)
        body, mimetype = json.dumps(found, ensure_ascii=False, allow_nan=False), "application/json"
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = "private, no-cache"  # ask again: 304 costs little
    response.vary.update(("X-Api-Key", "Accept-Language", "Cookie"))
    if kind == "csv":
        response.headers["Content-Disposition"] = 'attachment; filename="kpi.csv"'
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _key_of_request(store: Store) -> ApiKey:
    """Raises NoEntry, or TooMany where its bucket is empty."""
    plain = request.headers.get("X-Api-Key") or request.args.get("api_key")
    if not plain:
        raise NoEntry("api_key is missing; send it as the header X-Api-Key or as a parameter")
    key = find_key(store, plain.strip())
    if key is None:
        raise NoEntry("api_key is not valid here; ask this service's operator for one")
    record_use(store, key.id)
    if _SCOPE not in key.scopes:
        raise NoEntry(
            f"the API key '{key.name}' is not for {_SCOPE}, only for {', '.join(key.scopes)}; "
            "ask this service's operator for another"
        )
    if wait := key.bucket.wait(key.full_at, time.time_ns() // 1_000):
        raise TooMany(key.bucket, wait)
    return key


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    """Numbers as Python writes them; texts can be no formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()


@routes.errorhandler(NoEntry)
def _no_entry(error: NoEntry) -> Response:
    return answer_error(str(error), 403)


@routes.errorhandler(TooMany)
def _too_many(error: TooMany) -> Response:
    response = answer_error(str(error), 429)
    response.headers["Retry-After"] = str(max(math.ceil(error.retry_seconds), 1))
    return response
