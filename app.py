"""Builds the server: configuration, security, pages, blueprints. No logic."""

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response

import intake
from data import boundaries, command_failures, key_commands, photo_commands
from data import commands as city_commands
from data.accountability import commands as officer_commands
from data.command_failures import wrong_settings_told
from data.database import AWAY
from data.demo import commands as demo_commands
from data.imports import commands as import_commands
from data.layers import commands as layer_commands
from data.layers import remote_commands
from data.pull import commands as pull_commands
from data.reference import CityMissing
from data.settings import Settings
from data.store import Store, open_store
from pages import (
    demo_feed,
    guard,
    kpi_routes,
    layer_filter_routes,
    layer_routes,
    map_routes,
    report_routes,
    shell,
    view_routes,
)
from queries import channel_commands, view_commands
from queries import commands as stats_commands
from queries.warming import start_warming
from reports import evaluation_commands, follow_commands, kpi_brief_commands
from reports import layer_commands as layer_export_commands

server_log = logging.getLogger("pantau")
_PARTS = (
    city_commands,
    officer_commands,
    boundaries,
    import_commands,
    pull_commands,
    layer_commands,
    remote_commands,
    layer_export_commands,
    demo_commands,
    key_commands,
    photo_commands,
    stats_commands,
    channel_commands,
    view_commands,
    kpi_brief_commands,
    evaluation_commands,
    follow_commands,
    intake,
    layer_routes,
    map_routes,
    layer_filter_routes,
    view_routes,
    report_routes,
    kpi_routes,
    demo_feed,
    guard,
    command_failures,  # last, for it goes over all commands
)
_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:{basemap}; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, warm: bool = False
) -> Flask:
    """The whole command centre as one WSGI application. Raises SettingError or DatabaseError.

    `warm`: begin at once to read into memory what the first reader would wait for.
    """
    with wrong_settings_told():
        settings = settings or Settings.from_environment()
        store = store or open_store(settings.database_url)
    server = Flask("pantau", static_folder=None)
    server.config["PANTAU"], server.extensions["pantau"] = settings, store
    for part in _PARTS:
        part.init_app(server)
    pages = shell.build(server, store)
    # Dash learns which scripts it may serve while it draws a page; a process that has not drawn
    # one yet must be able to serve them to a reader whose page another process drew.
    pages._generate_scripts_html()
    pages._generate_css_dist_html()
    for failure in (*AWAY, CityMissing):
        server.register_error_handler(failure, _unavailable)
    if warm:
        start_warming(store)
    _protect(server, pages.csp_hashes(), settings.basemap_url)
    return server


def _unavailable(error: Exception) -> tuple[str, int, dict[str, str]]:
    """A page without its database says so; what the database said is for the log."""
    server_log.error("%s: %s", type(error).__name__, error)
    what = str(error) if isinstance(error, CityMissing) else "the database does not answer"
    return f"Pantau is not available: {what}.\n", 503, {"Content-Type": "text/plain"}


def _protect(server: Flask, hashes: Sequence[str], basemap_url: str | None) -> None:
    policy = _POLICY.format(
        hashes=" ".join(hashes), basemap=f" {_origin(basemap_url)}" if basemap_url else ""
    )

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


def _origin(tiles: str) -> str:
    parts = urlsplit(tiles.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"
