"""Files on their way to a layer: sent, looked at, published. Nothing is changed before the last."""

from typing import IO, Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from components.layer_preview import preview_parts
from components.layer_words import layer_name
from data.i18n import gettext as _
from data.layers.addresses import check_url
from data.layers.commands import sources_of
from data.layers.download import download
from data.layers.model import LayerError
from data.layers.publishing import Fetching, Publication, publish_upload
from data.layers.reading import city_frame, inspect_source, search_crs
from data.layers.remote_state import LONGEST_SECONDS, SHORTEST_SECONDS
from data.layers.slots import fetching_slot, reading_slot
from data.layers.uploads import (
    FILE_LIMIT,
    SIZE_LIMIT,
    Upload,
    begin_upload,
    check_size,
    drop_upload,
    find_upload,
    upload_folder,
)
from data.store import current_store
from pages.answers import answer_json
from pages.layer_answers import answer_layer_errors
from pages.layer_parameters import (
    read_about,
    read_body,
    read_choice_of,
    read_fields,
    read_text,
    read_whole,
)
from queries.layers.features import forget_layers

routes = Blueprint("layer_upload_routes", __name__)
answer_layer_errors(routes)
_HEADERS = 64 * 1024  # bytes of a multipart body besides the files
_LONGEST_SEARCH = 80
_LONGEST_ADDRESS = 2_000


@routes.post("/api/layers/uploads")
def send() -> Response:
    """One or several files as multipart/form-data; 201 with the upload's id."""
    size = request.content_length
    if size is None:
        raise LayerError("the request does not say its length; send it with Content-Length")
    check_size(size - _HEADERS)
    if request.mimetype != "multipart/form-data":
        raise LayerError("the body is not multipart/form-data; send the files as a form does")
    folder = upload_folder(current_app.config["PANTAU"])
    upload = begin_upload(folder)
    try:
        _receive(upload)
        check_size(sum(path.stat().st_size for path in upload.paths))
    except BaseException:
        drop_upload(folder, upload.id)
        raise
    names = [path.name for path in upload.paths]
    return answer_json({"id": upload.id, "files": names}, status=201)


@routes.post("/api/layers/uploads/fetched")
def fetch() -> Response:
    """A file from the address in `url`, as if it had been sent; 201 with the upload's id."""
    url = check_url(read_text(read_body(), "url", _LONGEST_ADDRESS))
    folder = upload_folder(current_app.config["PANTAU"])
    upload = begin_upload(folder)
    try:
        with fetching_slot(folder):
            download(url, upload.folder, sources=sources_of())
    except BaseException:
        drop_upload(folder, upload.id)
        raise
    return answer_json({"id": upload.id, "files": [path.name for path in upload.paths]}, status=201)


@routes.post("/api/layers/uploads/<upload_id>/preview")
def preview(upload_id: str) -> Response:
    """What the files hold by the choices sent, drawn, and where it would land."""
    body = read_body()
    choice = read_choice_of(body)
    replaces = read_text(body, "replaces", 64) or None
    store = current_store()
    folder = upload_folder(current_app.config["PANTAU"])
    upload = find_upload(folder, upload_id)
    with reading_slot(folder):
        found = inspect_source(upload.paths, choice, city=city_frame(store))
    return answer_json(
        {
            "parts": _as_data(preview_parts(found, choice, store.reference(), replaces=replaces)),
            "questions": list(found.questions),
            "sample": found.sample,
            "extent": found.extent,
            "name": upload.file_name.rsplit(".", 1)[0],
        }
    )


@routes.post("/api/layers/uploads/<upload_id>/publish")
def publish(upload_id: str) -> Response:
    """A new layer, or a new version of the one that it replaces; 201 with its code."""
    body = read_body()
    store = current_store()
    replaces = read_text(body, "replaces", 64) or None
    wanted = Publication(
        choice=read_choice_of(body),
        about=read_about({"name": {"en": "-"}} if replaces else body, store.reference()),
        code=read_text(body, "code", 80) or None,
        replaces=replaces,
        fields=read_fields(body),
        remote=_read_fetching(body),
    )
    folder = upload_folder(current_app.config["PANTAU"])
    layer = publish_upload(store, folder, upload_id, wanted)
    forget_layers(store)
    return answer_json(
        {
            "code": layer.code,
            "name": layer_name(layer),
            "version": layer.version.number,
            "features": layer.version.features,
        },
        status=201,
    )


@routes.delete("/api/layers/uploads/<upload_id>")
def drop(upload_id: str) -> Response:
    drop_upload(upload_folder(current_app.config["PANTAU"]), upload_id)
    return answer_json({})


@routes.get("/api/layers/crs")
def coordinate_systems() -> Response:
    """Coordinate systems whose code, name or place fits `q`; the city's usual ones for nothing."""
    text = request.args.get("q", "")[:_LONGEST_SEARCH]
    found = search_crs(text, city_frame(current_store()))
    return answer_json([{"code": code, "name": name} for code, name in found])


def _receive(upload: Upload) -> None:
    """Straight into the upload's folder, in pieces, so that memory holds none of it."""
    opened: list[IO[bytes]] = []

    def open_file(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        file = upload.create(filename or "")
        opened.append(file)
        return file

    request.max_content_length = SIZE_LIMIT + _HEADERS
    parser = FormDataParser(open_file, silent=False, max_form_parts=2 * FILE_LIMIT)
    try:
        parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except (ValueError, AttributeError, ClientDisconnected, RequestEntityTooLarge) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(_("the files did not arrive whole; send them again")) from None
    finally:
        for file in opened:
            file.close()
    if not opened:
        raise LayerError(_("no file was sent; choose one"))
    if empty := [path.name for path in upload.paths if not path.stat().st_size]:
        raise LayerError(_("{name} is empty; send the file anew").format(name=empty[0]))


def _read_fetching(body: dict[str, Any]) -> Fetching | None:
    url = read_text(body, "url", _LONGEST_ADDRESS)
    if not url:
        return None
    seconds = read_whole(body, "every_seconds", SHORTEST_SECONDS, LONGEST_SECONDS)
    return Fetching(check_url(url), seconds, sources_of())


def _as_data(part: Any) -> Any:
    """Components as plain data, for assets/61-draw.js."""
    if isinstance(part, (list, tuple)):
        return [_as_data(one) for one in part]
    if hasattr(part, "to_plotly_json"):
        part = part.to_plotly_json()
    if isinstance(part, dict):
        return {key: _as_data(value) for key, value in part.items()}
    return part
