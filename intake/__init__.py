"""Open311 GeoReport v2: complaints come in, and their public part can be read.

Runs inside the command centre, or alone: `gunicorn 'intake:create_app()'`.
Where the standard leaves a choice, or we add to it, docs/open311.md says what holds.
"""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import BadHost, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from data import key_commands, photo_commands
from data.database import hurry, take_time
from data.settings import Settings
from data.store import Store, open_store
from intake import admission, errors, feeds, health, manual, media, refusals, routes
from intake.parsing import discard_body

PREFIX = "/open311"


def create_app(*, settings: Settings | None = None, store: Store | None = None) -> Flask:
    """A server of nothing but the intake, on the database of PANTAU_DATABASE_URL."""
    app = Flask(__name__, static_folder=None)
    app.config["PANTAU"] = settings = settings or Settings.from_environment()
    app.extensions["pantau"] = store or open_store(settings.database_url)
    key_commands.init_app(app)
    photo_commands.init_app(app)
    init_app(app)
    return app


def init_app(app: Flask) -> None:
    """Serve /open311, and /healthz, in an application that holds a store."""
    app.before_request(hurry)
    app.teardown_request(take_time)
    blueprint = create_blueprint()
    admission.init_app(app, blueprint)
    app.register_blueprint(blueprint)
    app.register_blueprint(health.routes)


def create_blueprint() -> Blueprint:
    blueprint = Blueprint("intake", __name__, url_prefix=PREFIX, template_folder="templates")
    routes.add_routes(blueprint)
    manual.add_routes(blueprint)
    media.add_routes(blueprint)
    feeds.add_routes(blueprint)
    errors.register(blueprint)
    blueprint.before_app_request(_answer_what_no_route_takes)
    blueprint.after_app_request(_open_to_all_origins)
    refusals.register(blueprint, PREFIX)
    return blueprint


def _is_ours() -> bool:
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def _answer_what_no_route_takes() -> Response | None:
    """Keeps the pages' catch-all route, and Flask's HTML, away from /open311."""
    redirected = isinstance(request.routing_exception, RequestRedirect)
    if not _is_ours() or redirected:
        return None
    if not _can_be_named():
        return errors.answer_http_error(BadHost())
    if request.blueprint == "intake":
        return None
    discard_body(request)
    if not isinstance(request.routing_exception, NotFound | MethodNotAllowed | None):
        return errors.answer_http_error(request.routing_exception)  # a Host that cannot be one
    methods = _methods_here()
    return errors.answer_http_error(MethodNotAllowed(methods) if methods else NotFound())


def _can_be_named() -> bool:
    """Whether addresses can be made with the Host of the request."""
    try:
        return bool(request.host and request.url_root)
    except UnicodeError:  # a label that no international name is written as
        return False


def _methods_here() -> list[str]:
    """What our own routes take at this path, whatever the pages' routes take."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    return [
        method
        for method in adapter.allowed_methods()
        if adapter.match(method=method)[0].startswith("intake.")
    ]


def _open_to_all_origins(response: Response) -> Response:
    """An open data service: any page may read it, and apps may post with their key."""
    if _is_ours():
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = (
            "Allow, ETag, Idempotency-Replayed, Link, Retry-After, "
            "X-Page, X-Page-Count, X-Page-Size, X-Total-Count"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.vary.add("Accept-Language")
        if request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.NO_CONTENT
            response.headers.pop("Content-Type", None)
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = (
                "Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Request-Token"
            )
            response.headers["Access-Control-Max-Age"] = "86400"
    return response
