"""A feed for the demo to follow: its water levels, as another agency's server would give them."""

import json

from flask import Blueprint, Flask, Response, current_app, request

from data.demo.character import CharacterError, read_character
from data.demo.water_levels import STEP_SECONDS, read_at, read_stations, water_levels
from data.instants import now, to_epoch
from data.store import current_store
from pages.answers import answer_error, answer_errors
from pages.map_routes import GEOJSON

routes = Blueprint("demo_feed", __name__)
answer_errors(routes)


def init_app(server: Flask) -> None:
    """Must come before Dash, which answers every path that is left."""
    server.register_blueprint(routes)


@routes.get("/demo/water-levels.geojson")
def levels() -> Response:
    """New every five minutes; who asks again in between is told that nothing changed."""
    store = current_store()
    reference = store.reference()
    folder = current_app.config["PANTAU"].city
    stations = read_stations(folder) if reference.city.demo else None
    if stations is None:
        return answer_error("this city has no demo of water levels", 404)
    at = read_at(now())
    response = Response(mimetype=GEOJSON)
    response.set_etag(f"levels-{to_epoch(at)}")
    response.last_modified = at
    response.headers["Cache-Control"] = f"public, max-age={STEP_SECONDS // 5}"
    if response.make_conditional(request).status_code != 304:
        weather = read_character(folder, reference).weather
        found = water_levels(stations, at, reference.city.time_zone, weather)
        response.set_data(json.dumps(found, ensure_ascii=False, separators=(",", ":")))
    return response


@routes.errorhandler(CharacterError)
def no_character(error: Exception) -> Response:
    return answer_error(str(error), 404)


@routes.get("/demo/<path:_path>")
def nothing(_path: str) -> Response:
    return answer_error("the demo has nothing here", 404)
