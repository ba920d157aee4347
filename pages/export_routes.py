"""Downloads of the current view: its complaints as a table or as points, its map as a picture."""

from collections.abc import Callable, Iterator
from typing import Literal

from flask import Blueprint, Response, request

from components import measures as measure_words
from components.measures import HOT_MEASURES
from data.store import current_store
from pages.answers import answer_errors
from pages.map_parameters import (
    read_choice,
    read_choices,
    read_filter,
    read_language,
    read_optional_bounds,
    read_overlays,
)
from pages.painted_picture import painted_ground
from pages.painting import View
from queries.comparison import COMPARISONS
from queries.districts import MEASURES
from queries.layers.features import known_layers
from reports.overlay_scene import Shown
from reports.picture import LAYERS, map_picture
from reports.table_export import csv_chunks, export_name, geojson_chunks

routes = Blueprint("export_routes", __name__)
answer_errors(routes)
_PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


@routes.get("/export/complaints.csv")
def complaints_csv() -> Response:
    return _table(csv_chunks, "csv", "text/csv; charset=utf-8")


@routes.get("/export/complaints.geojson")
def complaints_geojson() -> Response:
    return _table(geojson_chunks, "geojson", "application/geo+json")


@routes.get("/export/map.png")
def map_png() -> Response:
    return _picture("png")


@routes.get("/export/map.svg")
def map_svg() -> Response:
    return _picture("svg")


def _table(chunks: Callable[..., Iterator[bytes]], ending: str, mimetype: str) -> Response:
    store = current_store()
    wanted = read_filter(store)
    pieces = chunks(store, wanted, language=read_language(store.reference()))
    first = next(pieces)  # what can fail, fails before the answer has begun
    response = Response(_joined(first, pieces), content_type=mimetype)
    return _as_download(response, export_name(store, wanted, ending))


def _picture(ending: Literal["png", "svg"]) -> Response:
    store = current_store()
    reference = store.reference()
    levels = tuple(level.id for level in reference.city.levels)
    wanted, language = read_filter(store), read_language(reference)
    view = View(
        measure=read_choice("measure", (*MEASURES, *HOT_MEASURES), MEASURES[0]),
        level=read_choice("level", levels, levels[-1]),
        compare=read_choice("compare", COMPARISONS, COMPARISONS[0]),
        second=request.args.get("second") or None,
        areas=request.args.get("areas") or None,
    )
    picture = map_picture(
        store,
        wanted,
        view.measure,
        view.level,
        layers=read_choices("layers", LAYERS, LAYERS[:1]),
        theme=read_choice("theme", ("dark", "light"), "dark"),
        language=language,
        format=ending,
        compare=view.compare,
        bounds=read_optional_bounds("bbox"),
        overlays=[Shown(*one) for one in read_overlays(known_layers(store))],
        areas=view.areas,
        ground=painted_ground(store, wanted, view, language),
        words=measure_words,
    )
    response = Response(picture, mimetype=_PICTURES[ending])
    return _as_download(response, export_name(store, wanted, ending))


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _as_download(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
