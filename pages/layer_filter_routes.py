"""What the controls of "near and inside" fetch by address: values, reach, outlines."""

from flask import Blueprint, Flask, Response, request

from data.layers.model import LayerError
from data.store import current_store
from pages.answers import answer_error, answer_errors, answer_json
from pages.map_parameters import BadParameter, read_bounds, read_int
from pages.map_routes import GEOJSON
from queries.filters import ComplaintFilter
from queries.layers.conditions import LARGEST_METRES, LayerCondition
from queries.layers.outlines import areas_geojson, reach_geojson
from queries.layers.values import field_values
from queries.points import MAX_ZOOM

_LONGEST_TEXT = 200

routes = Blueprint("layer_filter_routes", __name__)
answer_errors(routes)


@routes.errorhandler(LayerError)
def not_there(error: LayerError) -> Response:
    return answer_error(error.said(), 404)


def init_app(server: Flask) -> None:
    server.register_blueprint(routes)


@routes.get("/api/layers/<code>/values.json")
def values(code: str) -> Response:
    """The commonest values of `field` that contain `q`, each with its features."""
    field = request.args.get("field", "")
    if not field:
        raise BadParameter("field (missing) is the name of one of the layer's fields")
    containing = request.args.get("q", "")[:_LONGEST_TEXT]
    found = field_values(current_store(), code, field, containing=containing)
    return answer_json({"field": field, "values": found.values, "total": found.total})


@routes.get("/api/layers/<code>/reach.geojson")
def reach(code: str) -> Response:
    """The features in view, those whose `field` is `value`, and what lies within `metres`."""
    condition = LayerCondition(
        kind="near",
        layer=code,
        metres=_read_metres(),
        field=request.args.get("field"),
        value=request.args.get("value"),
    )
    bounds, zoom = read_bounds("bbox"), read_int("zoom", low=0, high=MAX_ZOOM)
    return answer_json(reach_geojson(current_store(), condition, bounds, zoom), mimetype=GEOJSON)


@routes.get("/api/areas.geojson")
def areas() -> Response:
    """The outlines of every `area`, as the filter computes them."""
    wanted = ComplaintFilter.from_query({"area": request.args.getlist("area")}).areas
    return answer_json(areas_geojson(current_store(), wanted), mimetype=GEOJSON)


def _read_metres() -> float:
    text = request.args.get("metres", "0")
    try:
        metres = float(text)
    except ValueError:
        metres = -1.0
    if not 0 <= metres <= LARGEST_METRES:
        raise BadParameter(f"metres {text[:80]!r} is not a number from 0 to {LARGEST_METRES:.0f}")
    return metres
