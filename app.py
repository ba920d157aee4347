"""Builds the server: configuration, security, pages, blueprints. No logic."""

import importlib

from flask import Flask, Response

import intake
from data import commands as city_commands
from data import keys
from data.imports import commands as import_commands
from data.settings import Settings
from data.store import Store, open_store
from queries import commands as stats_commands

_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:{basemap}; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def create_app(settings: Settings | None = None, *, store: Store | None = None) -> Flask:
    """The whole command centre as one WSGI application. Opens no network connection."""
    settings = settings or Settings.from_environment()
    server = Flask("pantau", static_folder=None)
    server.config["PANTAU"] = settings
    server.extensions["pantau"] = store or open_store(settings.database_url)
    for part in (city_commands, keys, import_commands, stats_commands, intake):
        part.init_app(server)
    for name in ("data.boundaries", "data.demo.commands", "pages.map_routes"):
        try:
            importlib.import_module(name).init_app(server)
        except ModuleNotFoundError as error:
            print("not yet:", error)
    hashes = []
    try:
        from pages import shell

        hashes = shell.build(server, server.extensions["pantau"]).csp_hashes()
    except ImportError as error:
        print("not yet:", error)
    policy = _POLICY.format(
        hashes=" ".join(f"'{value.strip(chr(39))}'" for value in hashes),
        basemap=f" {_origin(settings.basemap_url)}" if settings.basemap_url else "",
    )

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response

    return server


def _origin(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"
