"""The map of a view as a picture: the page's own classes and sentence, drawn on the server."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from data.i18n import use_language
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.heat import full_colour_per_km2, heat_field
from queries.points import Bounds
from reports.drawing import LegendRow, LegendSquare, Scene, draw
from reports.framing import frame_of, heat_in, heat_zoom, points_of, shapes_of, to_world
from reports.overlay_scene import Shown, overlay_rows, overlays_in
from reports.picture_ground import (
    NO_VALUE,
    Ground,
    district_ground,
    districts_of,
    feature_ground,
    in_world,
)
from reports.picture_theme import THEMES, PictureTheme
from reports.picture_words import MeasureWords, PictureWords

LAYERS = ("districts", "points", "heat")


def map_picture(
    store: Store,
    complaint_filter: ComplaintFilter,
    measure: str,
    level: str,
    *,
    words: MeasureWords,
    layers: Sequence[str] = LAYERS[:1],
    theme: str = "dark",
    language: str = "en",
    format: Literal["png", "svg"] = "png",
    compare: str = "off",
    bounds: Bounds | None = None,
    overlays: Sequence[Shown] = (),
    areas: str | None = None,
    ground: Ground | None = None,
) -> bytes:
    """PNG of 1920 × 1200 pixels, or SVG.

    `words` says how measures and values are called; `compare` is one of COMPARISONS; `bounds` is
    the part to show, else the chosen districts, else the city; `overlays` are city layers, the
    lowest first. What is filled is `ground`, else the features of the layer `areas`, else the
    districts of the level. Raises ValueError for an unknown measure or level, FilterError for
    unknown codes, LayerError for an unknown layer.
    """
    with use_language(language):
        writer = PictureWords(store.reference(), language, words, measure, level)
        if ground is None and "districts" in layers:
            ground = (
                feature_ground(store, complaint_filter, writer, compare, areas)
                if areas
                else district_ground(store, complaint_filter, writer, compare)
            )
        scene = _scene(store, complaint_filter, writer, ground, layers, overlays, theme, bounds)
        return draw(scene, format)


def _scene(
    store: Store,
    wanted: ComplaintFilter,
    writer: PictureWords,
    ground: Ground | None,
    layers: Sequence[str],
    overlays: Sequence[Shown],
    theme: str,
    bounds: Bounds | None,
) -> Scene:
    colours, districts = THEMES[theme], to_world(districts_of(store, writer.level))
    outlined = shapes_of(store, wanted.districts)
    frame = frame_of(store, outlined if len(outlined) else districts, bounds)
    shapes, context = in_world(ground) if ground else (list(districts), [])
    marked = points_of(count_by(store, ["x", "y", "status"], wanted)) if "points" in layers else ()
    heat, heat_box, heat_legend = None, frame, []
    if "heat" in layers:
        heat, heat_box = heat_in(heat_field(store, wanted), frame)
        heat_legend = writer.heat(full_colour_per_km2(store, wanted, heat_zoom(frame)))
    drawn, parts = overlays_in(store, overlays, frame, theme)
    return Scene(
        theme=colours,
        title=writer.sentence(store, wanted),
        subtitle=ground.subtitle if ground else "",
        frame=frame,
        shapes=shapes,
        fills=_themed(ground.fills, colours) if ground else (),
        context=context,
        outlined=list(outlined),
        heat=heat,
        heat_box=heat_box,
        points=marked,
        overlays=drawn,
        legend=[
            *(_themed_rows(ground.legend, colours) if ground else ()),
            *writer.statuses(marked),
            *heat_legend,
            *overlay_rows(parts, writer.reference, writer.language, theme),
        ],
        notes=writer.notes(count_by(store, ["place"], wanted), wanted),
        credits=writer.credits(),
    )


def _themed(fills: Sequence[str], theme: PictureTheme) -> list[str]:
    return [theme.none if fill == NO_VALUE else fill for fill in fills]


def _themed_rows(
    rows: Sequence[LegendRow | LegendSquare], theme: PictureTheme
) -> list[LegendRow | LegendSquare]:
    return [
        replace(row, fill=theme.none)
        if isinstance(row, LegendRow) and row.fill == NO_VALUE
        else row
        for row in rows
    ]
