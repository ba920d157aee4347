"""What the map fetches by address: tiles, boundaries, points, what is new."""

from flask import Blueprint, Flask, Response, request

from data.instants import now
from data.store import current_store
from pages import (
    export_routes,
    layer_edit_routes,
    layer_upload_routes,
    result_export_routes,
)
from pages.answers import accepts_gzip, answer_error, answer_errors, answer_json
from pages.map_parameters import read_bounds, read_filter, read_int, read_language, read_seq
from queries.boundaries import boundaries_geojson
from queries.heat import fetch_heat_tile
from queries.layers.hot_spots import hot_cells
from queries.layers.keeping import follow_complaints
from queries.points import MAX_ZOOM, received_since, viewport

GEOJSON = "application/geo+json"
_EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
_A_DAY = 86_400

routes = Blueprint("map_routes", __name__)
answer_errors(routes)


def init_app(server: Flask) -> None:
    """Must come before Dash, which answers every path that is left."""
    for blueprint in (
        routes,
        export_routes.routes,
        result_export_routes.routes,
        layer_upload_routes.routes,
        layer_edit_routes.routes,
    ):
        server.register_blueprint(blueprint)


@routes.get("/tiles/heat/<z>/<x>/<y>.png")
@routes.get("/tiles/heat/<z>/<x>/<y>@<scale>x.png")
def heat(z: str, x: str, y: str, scale: str = "1") -> Response:
    """Kept by the browser for a day when the address says which state of the data it shows."""
    store = current_store()
    numbers = (_tile_number(n) for n in (z, x, y))
    tile = fetch_heat_tile(store, read_filter(store), *numbers, scale=_tile_number(scale))
    response = Response(tile.png, mimetype="image/png")
    asked = request.args.get("v") or request.args.get("seq")
    if asked == str(tile.seq):
        response.headers["Cache-Control"] = f"private, max-age={_A_DAY}"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@routes.get("/api/hot-cells.geojson")
def cells_of_hot_spots() -> Response:
    """Kept by the browser for a day: the address names the version of the boundaries."""
    features = hot_cells(current_store())
    response = answer_json({"type": "FeatureCollection", "features": features}, mimetype=GEOJSON)
    response.headers["Cache-Control"] = f"private, max-age={_A_DAY}"
    return response


@routes.get("/api/districts/<level>.geojson")
def districts(level: str) -> Response:
    store = current_store()
    try:
        index = store.reference().level_index(level)
    except ValueError as error:
        return answer_error(str(error), 404)
    found = boundaries_geojson(store, index)
    compressed = accepts_gzip()
    response = Response(found.gzipped if compressed else found.body, mimetype=GEOJSON)
    if compressed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "private, no-cache"  # ask again: 304 costs nothing
    response.set_etag(f"{found.tag}-gzip" if compressed else found.tag)
    response.make_conditional(request)
    return response


@routes.get("/api/points.geojson")
def points() -> Response:
    store = current_store()
    return answer_json(
        viewport(
            store,
            read_filter(store),
            read_bounds("bbox"),
            read_int("zoom", low=0, high=MAX_ZOOM),
            language=read_language(store.reference()),
        ),
        mimetype=GEOJSON,
    )


@routes.get("/api/live")
def live() -> Response:
    """Asked every second or two by every open page, so it does nothing while nothing changes."""
    store = current_store()
    since, wanted = read_seq("since"), read_filter(store)
    seq = store.latest_seq()
    if seq != since:
        follow_complaints(store)
    new = received_since(store, wanted, since) if seq > since else []
    return answer_json(
        {
            "seq": seq,
            "changed": seq != since,
            "now": now().isoformat(),
            "version": store.reference().version,  # of boundaries, services, units
            "new": new,
        }
    )


# Dash answers whatever nobody else does with its own page and 200: not under these.
@routes.route("/api/", methods=_EVERY_METHOD)
@routes.route("/api/<path:path>", methods=_EVERY_METHOD)
@routes.route("/tiles/", methods=_EVERY_METHOD)
@routes.route("/tiles/<path:path>", methods=_EVERY_METHOD)
@routes.route("/export/", methods=_EVERY_METHOD)
@routes.route("/export/<path:path>", methods=_EVERY_METHOD)
def nothing_here(path: str = "") -> Response:
    return answer_error(f"{request.method} {request.path[:200]} is not an address here", 404)


def _tile_number(text: str) -> int:
    """-1, which no tile has, for what is not a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
