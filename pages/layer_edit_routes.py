"""What people do with a layer that is there: describe, style, remove, bring back, restore."""

from dataclasses import replace

from flask import Blueprint, Response, current_app

from data.layers import catalogue
from data.layers.catalogue import Layer
from data.layers.commands import sources_of
from data.layers.model import LayerError
from data.layers.remote import refresh
from data.layers.slots import fetching_slot
from data.layers.uploads import upload_folder
from data.store import Store, current_store
from pages.answers import answer_error, answer_json
from pages.layer_answers import answer_layer_errors
from pages.layer_parameters import read_about, read_body, read_whole
from queries.layers.features import forget_layers
from queries.layers.style import check_style

routes = Blueprint("layer_edit_routes", __name__)
answer_layer_errors(routes)
_LARGEST_VERSION = 1_000_000


@routes.post("/api/layers/<code>/describe")
def describe(code: str) -> Response:
    store, body = current_store(), read_body()
    layer = catalogue.find_layer(store, code)
    about = read_about(body, store.reference(), layer.about)
    return _changed(store, catalogue.describe(store, code, about))


@routes.post("/api/layers/<code>/style")
def style(code: str) -> Response:
    store, body = current_store(), read_body()
    layer = catalogue.find_layer(store, code)
    wanted = body.get("style")
    if not isinstance(wanted, dict):
        raise LayerError("style is not an object")
    check_style(wanted, layer.version.fields)
    about = replace(layer.about, style=wanted)
    return _changed(store, catalogue.describe(store, code, about))


@routes.post("/api/layers/<code>/remove")
def remove(code: str) -> Response:
    store = current_store()
    catalogue.remove(store, code)
    forget_layers(store)
    return answer_json({"code": code})


@routes.post("/api/layers/<code>/bring-back")
def bring_back(code: str) -> Response:
    store = current_store()
    return _changed(store, catalogue.bring_back(store, code))


@routes.post("/api/layers/<code>/restore")
def restore(code: str) -> Response:
    store, body = current_store(), read_body()
    number = read_whole(body, "version", 1, _LARGEST_VERSION)
    return _changed(store, catalogue.restore(store, code, number))


@routes.post("/api/layers/<code>/refresh")
def fetch_now(code: str) -> Response:
    """Fetch a remote layer without waiting for its turn; 502 with the reason where that fails."""
    store = current_store()
    folder = upload_folder(current_app.config["PANTAU"])
    with fetching_slot(folder):
        outcome = refresh(store, code, sources_of(), slots=folder)
    forget_layers(store)
    if outcome.kind == "failed" and outcome.message is not None:
        return answer_error(outcome.message.said(), 502)
    return answer_json({"code": code, "kind": outcome.kind})


def _changed(store: Store, layer: Layer) -> Response:
    forget_layers(store)
    return answer_json({"code": layer.code, "version": layer.version.number})
