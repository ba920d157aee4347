"""Photos that come with a request, and the way back out to whoever has their address."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, current_app, request

from data.photos import absolute_addresses, find_file, keep_photos, photo_folder
from data.pictures import DecodersBusy, Picture, UnusablePhoto, make_picture
from data.reasons import Reason
from data.settings import Settings
from data.store import Store
from intake.admission import pass_photo_gate
from intake.errors import Problem, Refused, problem
from intake.multipart import PHOTO_LIMIT, Upload
from intake.parsing import Fields
from intake.submission import Submission
from intake.text import shown

_log = logging.getLogger(__name__)
_A_YEAR = 365 * 86_400


@dataclass(frozen=True)
class Media:
    """What a complaint shows: photos kept here by their address on this server, then links."""

    addresses: tuple[str, ...]
    photo_ids: tuple[int, ...]


class NoRoomForPhotos(Refused):
    """The photos could not be decoded or kept now; the same request may pass later."""

    retry_seconds = 10

    def __init__(self) -> None:
        super().__init__(
            Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "photos cannot be taken at this moment; send the request again, "
                "or without its photos",
            )
        )


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/v2/photos/<path:file_name>", view_func=get_photo, methods=["GET"])


def take_media(store: Store, submission: Submission, fields: Fields) -> Media:
    """Decode and keep the photos of an authorised, acceptable request.

    Raises Refused with everything that is wrong with them, or Overloaded, and has then kept none.
    """
    links = tuple(submission.media_url)
    if not fields.uploads:
        return Media(links, ())
    pass_photo_gate()
    pictures, problems = _decode(fields.uploads)
    if problems:
        raise Refused(*problems)
    try:
        kept = keep_photos(store, _folder(), pictures)
    except OSError:
        _log.exception("photos cannot be kept in %s", _folder())
        raise NoRoomForPhotos from None
    return Media((*(photo.address for photo in kept), *links), tuple(photo.id for photo in kept))


def _decode(uploads: Iterable[Upload]) -> tuple[list[Picture], list[Problem]]:
    pictures: list[Picture] = []
    problems: list[Problem] = []
    for upload in uploads:
        name = f"{shown(upload.name)} ({shown(upload.filename)})"
        if upload.size > PHOTO_LIMIT:
            megabytes = PHOTO_LIMIT // (1024 * 1024)
            words = f"{name} is larger than {megabytes} MB; send a smaller photo"
            problems.append(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, Reason.MEDIA))
            continue
        try:
            pictures.append(make_picture(upload.file))  # type: ignore[arg-type]
        except UnusablePhoto as error:
            problems.append(problem(f"{name} {error}", Reason.MEDIA))
        except DecodersBusy:
            raise NoRoomForPhotos from None
    return pictures, problems


def public_addresses(addresses: Iterable[str]) -> list[str]:
    """Media as the client at hand can fetch them: by the host that it asks."""
    return absolute_addresses(addresses, request.url_root)


def get_photo(file_name: str) -> Response:
    path = find_file(_folder(), file_name)
    if path is None:
        raise Refused(Problem(HTTPStatus.NOT_FOUND, f"photo {shown(file_name)} is not known here"))
    content = path.read_bytes()
    response = Response(content, mimetype="image/jpeg")
    response.set_etag(file_name)
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _folder() -> Path:
    settings: Settings = current_app.config.get("PANTAU") or Settings.from_environment()
    return photo_folder(settings)
