"""The HTML document around the application, and the reader it is for."""

from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask, request

from data.i18n import SOURCE_LANGUAGE, current_language, languages, set_language
from data.reference import CityMissing
from data.store import current_store

ASSETS = Path(__file__).parent.parent / "assets"
_LANGUAGE_COOKIE = "pantau_lang"
_THEME_COOKIE = "pantau_theme"

# No inline script but Dash's own, so that the content policy can name it by its hash.
_INDEX = """<!DOCTYPE html>
<html lang="{language}" data-bs-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
{css}
</head>
<body>
<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"
  patternTransform="rotate(45)">
<rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="1.6" height="6"/>
</pattern></defs></svg>
{app_entry}
<footer>
{config}
{scripts}
{renderer}
</footer>
</body>
</html>"""


class Document(Dash):
    """Dash with a frame that knows the reader's language and theme before anything is drawn."""

    def interpolate_index(self, **parts: Any) -> str:
        return _INDEX.format(
            language=current_language(),
            theme=theme_of_request(),
            title=escape(f"Pantau · {current_store().reference().city.name}"),
            icon=_icon(),
            **{part: parts[part] for part in ("css", "app_entry", "config", "scripts", "renderer")},
        )


@cache
def _icon() -> str:
    """Within the page: Chromium asks for an icon's address anew whenever the page's changes."""
    picture = (ASSETS / "icons" / "favicon.svg").read_bytes()
    return f"data:image/svg+xml;base64,{b64encode(picture).decode()}"


def init_app(server: Flask) -> None:
    """Every request speaks its reader's language: the cookie, else the city's first."""

    @server.before_request
    def speak() -> None:
        set_language(language_of_request())


def language_of_request() -> str:
    wanted = request.args.get("lang") or request.cookies.get(_LANGUAGE_COOKIE, "")
    if wanted in languages():
        return wanted
    if request.path.startswith(("/open311", "/assets", "/_dash-component-suites")):
        return current_language()  # these say nothing in any language: spare the database
    try:
        return current_store().reference().city.languages[0]
    except CityMissing:
        return SOURCE_LANGUAGE


def theme_of_request() -> str:
    return "light" if request.cookies.get(_THEME_COOKIE) == "light" else "dark"
