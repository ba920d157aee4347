"""Editions of the evaluation, by address: what there is, their files, and objections to them."""

import threading
from typing import Any

from flask import Blueprint, Flask, Response, request

from data.evaluation.editions import Edition, find_edition, list_editions
from data.evaluation.files import content_of, files_of, sha256_of
from data.evaluation.objections import Objection, object_to
from data.evaluation.problems import EditionError
from data.i18n import languages
from data.store import Store, current_store
from pages.answers import answer_error, answer_errors, answer_json
from pages.bodies import read_object
from pages.map_parameters import BadParameter
from pages.same_origin import refuse_other_origins
from reports.evaluation.lifecycle import (
    check_subject,
    document_names,
    documents_of,
    material_of_edition,
    standing_of,
)
from reports.evaluation.page_files import unit_pages
from reports.evaluation.pictures import PICTURES, picture_png

_LONGEST_BODY = 64 * 1024
_FIELDS = ("by", "text", "subject")
_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "toml": "text/plain; charset=utf-8",
}
_FOR_EVER = "private, max-age=31536000, immutable"

routes = Blueprint("report_routes", __name__)
answer_errors(routes)
routes.before_request(refuse_other_origins)
routes.register_error_handler(EditionError, lambda error: answer_error(str(error), 400))


def init_app(server: Flask) -> None:
    server.register_blueprint(routes)


@routes.get("/api/evaluations.json")
def list_all() -> Response:
    return answer_json([_told(edition) for edition in list_editions(current_store())])


@routes.get("/api/evaluations/<int(max=2147483647):number>/files/<name>")
def download(number: int, name: str) -> Response:
    """A file as it was issued; of a draft, made now."""
    store = current_store()
    try:
        edition = find_edition(store, number)
        kept = {file.name for file in files_of(store, number)}
        content = content_of(store, number, name) if name in kept else _made(store, edition, name)
    except EditionError as error:
        return answer_error(str(error), 404)
    response = Response(content, mimetype=_KINDS.get(name.rpartition(".")[2], "text/plain"))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # What is kept never changes; a draft's documents say how it is contested by then.
    response.headers["Cache-Control"] = _FOR_EVER if name in kept else "no-store"
    response.set_etag(sha256_of(content))
    response.make_conditional(request)
    return response


@routes.get("/api/evaluations/<int(max=2147483647):number>/pages.pdf")
def unit_page(number: int) -> Response:
    """?language=id&code=… for each unit or officer; without a code a page for each there is."""
    store = current_store()
    try:
        edition = find_edition(store, number)
    except EditionError as error:
        return answer_error(str(error), 404)
    language, codes = request.args.get("language", "id"), request.args.getlist("code")
    [(name, content)] = unit_pages(store, edition, language=language, codes=codes).items()
    response = Response(content, mimetype=_KINDS["pdf"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256_of(content))
    response.make_conditional(request)
    return response


@routes.get("/api/evaluations/<int(max=2147483647):number>/pictures/<kind>.png")
def picture(number: int, kind: str) -> Response:
    """The map or the funnel plot, ?language=id."""
    store = current_store()
    language = request.args.get("language", "id")
    if language not in languages():
        raise BadParameter(f"language {language[:20]!r} is not one of {', '.join(languages())}")
    try:
        material = material_of_edition(store, find_edition(store, number))
    except EditionError as error:
        return answer_error(str(error), 404)
    content = picture_png(material, kind, language) if kind in PICTURES else None
    if content is None:
        return answer_error(f"edition {number} has no picture {kind[:40]!r}", 404)
    response = Response(content, mimetype="image/png")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256_of(content))
    response.make_conditional(request)
    return response


@routes.post("/api/evaluations/<int(max=2147483647):number>/objections")
def contest(number: int) -> Response:
    """Keep an objection. There is no sign-in: the name is as it was typed."""
    store, wanted = current_store(), _body()
    try:
        edition = find_edition(store, number)
    except EditionError as error:
        return answer_error(str(error), 404)
    subject = wanted.get("subject") or None
    if subject is not None:
        check_subject(store, edition, subject)
    kept = object_to(
        store, number, wanted.get("text", ""), by=wanted.get("by", ""), subject=subject
    )
    return answer_json(_objection(kept), status=201)


class _Drafts:
    """The documents of the draft asked for last: its files are fetched one after the other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.key: object = None
        self.documents: dict[str, bytes] = {}


def _made(store: Store, edition: Edition, name: str) -> bytes:
    """Raises EditionError for a name that no document of the draft has."""
    if edition.issue is not None or name not in document_names(store, edition):
        raise EditionError(f"edition {edition.id} has no file {name[:80]!r}")
    drafts: _Drafts = store.kept("draft_documents", _Drafts)
    with drafts.lock:  # and nobody makes them twice at once
        key = (edition, standing_of(store, edition), store.reference().version)
        if drafts.key != key:
            drafts.documents, drafts.key = documents_of(store, edition), key
        return drafts.documents[name]


def _body() -> dict[str, str]:
    """The fields of the request's JSON. Raises BadParameter."""
    found = read_object(_LONGEST_BODY)
    for key, value in found.items():
        if key not in _FIELDS or not isinstance(value, str):
            raise BadParameter(f"{key[:40]!r} is not one of {', '.join(_FIELDS)}, or is no text")
    return found


def _told(edition: Edition) -> dict[str, Any]:
    issue = edition.issue
    return {
        "id": edition.id,
        "month": edition.month,
        "state": edition.state,
        "seen_at": edition.seen_at.isoformat(),
        "through_seq": edition.through_seq,
        "method": edition.method,
        "sha256": edition.sha256,
        "maturity": edition.maturity,
        "drafted_at": edition.drafted_at.isoformat(),
        "drafted_by": edition.drafted_by,
        "corrects": edition.corrects,
        "reason": edition.reason,
        "number": issue and issue.number,
        "issued_at": issue and issue.at.isoformat(),
        "issued_by": issue and issue.by,
        "files_sha256": issue and issue.sha256,
        "objections": [_objection(one) for one in edition.objections],
    }


def _objection(one: Objection) -> dict[str, Any]:
    answer = one.answer
    return {
        "id": one.id,
        "subject": one.subject,
        "by": one.by,
        "is_verified": False,
        "text": one.text,
        "at": one.at.isoformat(),
        "answer": answer and {"by": answer.by, "text": answer.text, "at": answer.at.isoformat()},
    }
