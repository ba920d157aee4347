"""JSON answers about layers: every refusal of a file or a word is a sentence and a status."""

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from data.layers.model import LayerError, LayerMissing, LayerTaken
from data.layers.slots import ReadersBusy
from data.layers.uploads import UploadMissing, UploadsFull, UploadTooLarge
from pages.answers import answer_error, answer_errors
from pages.same_origin import refuse_other_origins

_STATUS = {
    LayerMissing: 404,
    UploadMissing: 404,
    LayerTaken: 409,
    UploadTooLarge: 413,
    UploadsFull: 503,
    ReadersBusy: 503,
}


def answer_layer_errors(blueprint: Blueprint) -> None:
    """What every blueprint that changes layers needs."""
    answer_errors(blueprint)
    blueprint.before_request(refuse_other_origins)
    blueprint.register_error_handler(LayerError, _answer)
    blueprint.register_error_handler(HTTPException, _answer_http)


def _answer(error: LayerError) -> Response:
    return answer_error(error.said(), _STATUS.get(type(error), 400))


def _answer_http(error: HTTPException) -> Response:
    return answer_error(str(error.description or error.name), error.code or 500)
