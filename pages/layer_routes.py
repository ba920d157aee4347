"""What the map fetches of city layers: the list, the part in view, one feature, a search."""

import gzip
import hashlib

from flask import Blueprint, Flask, Response, request

from data.layers.model import LayerError
from data.store import Store, current_store
from pages.answers import accepts_gzip, answer_error, answer_errors, answer_json
from pages.map_parameters import read_bounds, read_int, read_language
from queries.cache import Cache
from queries.layers.coloured import coloured_features
from queries.layers.features import known_layers
from queries.layers.listing import list_for_map
from queries.layers.lookup import describe_feature, search_features
from queries.layers.style import stamp_of
from queries.layers.viewport import features_in
from queries.points import MAX_ZOOM

GEOJSON = "application/geo+json"
_A_YEAR = 31_536_000
_LONGEST_QUESTION = 200
_KEPT_ANSWERS = 64  # of a few hundred kilobytes at most
_LEVEL = 6  # 30 ms for the largest answer, and a quarter smaller than the fastest

routes = Blueprint("layer_routes", __name__)
answer_errors(routes)
routes.register_error_handler(LayerError, lambda error: answer_error(error.said(), 404))


def init_app(server: Flask) -> None:
    """Must come before the addresses that nothing answers."""
    server.register_blueprint(routes)


@routes.errorhandler(LookupError)
def features_gone(_error: Exception) -> Response:
    """A version was pruned between two looks at it."""
    return answer_error("this layer has just changed; ask for it again", 503)


@routes.get("/api/layers.json")
def layers() -> Response:
    store = current_store()
    answer = answer_json({"layers": list_for_map(store, read_language(store.reference()))})
    answer.headers["Cache-Control"] = "private, no-cache"  # ask again: 304 costs nothing
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@routes.get("/api/layers/<code>/areas.geojson")
def areas(code: str) -> Response:
    """Every feature, to be coloured one by one; it never changes while `v` names the state."""
    store = current_store()
    stamp = _stamp(store, code)
    found = coloured_features(store, code)
    response = answer_json({"type": "FeatureCollection", "features": found}, mimetype=GEOJSON)
    is_named = request.args.get("v") == stamp
    response.headers["Cache-Control"] = (
        f"private, max-age={_A_YEAR}, immutable" if is_named else "private, no-cache"
    )
    return response


@routes.get("/api/layers/<code>/features.geojson")
def features(code: str) -> Response:
    """Kept by the browser for ever when the address says which state of the layer it shows."""
    store = current_store()
    bounds, zoom = read_bounds(), read_int("zoom", low=0, high=MAX_ZOOM)
    stamp = _stamp(store, code)
    answers: Cache = store.kept("layer-answers", lambda: Cache(_KEPT_ANSWERS))
    packed: bytes = answers.get(
        (stamp, bounds, zoom),
        lambda: gzip.compress(features_in(store, code, bounds, zoom), _LEVEL, mtime=0),
    )
    compressed = accepts_gzip()
    response = Response(packed if compressed else gzip.decompress(packed), mimetype=GEOJSON)
    if compressed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    is_named = request.args.get("v") == stamp
    response.headers["Cache-Control"] = (
        f"private, max-age={_A_YEAR}, immutable" if is_named else "private, no-cache"
    )
    tag = hashlib.sha256(packed).hexdigest()[:32]
    response.set_etag(f"{tag}-gzip" if compressed else tag)
    response.make_conditional(request)
    return response


@routes.get("/api/layers/<code>/<int:number>.json")
def feature(code: str, number: int) -> Response:
    """What a feature says. A number means another feature once the layer is replaced."""
    store = current_store()
    asked = request.args.get("v")
    if asked and asked != _stamp(store, code):
        return answer_error(f"layer {code!r} was replaced; fetch its features anew", 409)
    return answer_json(describe_feature(store, code, number))


@routes.get("/api/layers/<code>/search.json")
def search(code: str) -> Response:
    store = current_store()
    return answer_json(search_features(store, code, request.args.get("q", "")[:_LONGEST_QUESTION]))


def _stamp(store: Store, code: str) -> str:
    """Raises LayerError."""
    layer = known_layers(store).get(code)
    if layer is None:
        there = ", ".join(sorted(known_layers(store))[:12]) or "none"
        raise LayerError(
            "layer {code!r} is not known; there are: {names}", code=code[:80], names=there
        )
    return stamp_of(layer)
