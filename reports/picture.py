"""The map of a view as a picture: the page's own classes and sentence, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from data.i18n import use_language
from data.store import Store
from queries.boundaries import boundaries
from queries.classes import NOT_REACHED_COLOUR, Classes, classify
from queries.comparison import compared_with
from queries.counts import count_by
from queries.districts import district_differences, district_values
from queries.filters import ComplaintFilter
from queries.heat import full_colour_per_km2, heat_field
from queries.points import Bounds
from reports.drawing import Scene, draw
from reports.framing import frame_of, heat_in, heat_zoom, points_of, shapes_of, to_world
from reports.map_layers import HATCH
from reports.overlay_scene import Shown, overlay_rows, overlays_in
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
) -> bytes:
    """PNG of 1920 × 1200 pixels, or SVG.

    `words` says how measures and values are called; `compare` is one of COMPARISONS; `bounds` is
    the part to show, else the chosen districts, else the city; `overlays` are city layers, the
    lowest first. Raises ValueError for an unknown measure or level, FilterError for unknown codes,
    LayerError for an unknown layer.
    """
    with use_language(language):
        chosen = _Choice(complaint_filter, measure, level, tuple(layers), compare, tuple(overlays))
        return draw(_scene(store, chosen, words, theme, language, bounds), format)


@dataclass(frozen=True)
class _Choice:
    complaint_filter: ComplaintFilter
    measure: str
    level: str
    layers: tuple[str, ...]
    compare: str
    overlays: tuple[Shown, ...]


def _scene(
    store: Store,
    chosen: _Choice,
    words: MeasureWords,
    theme: str,
    language: str,
    bounds: Bounds | None,
) -> Scene:
    reference, wanted = store.reference(), chosen.complaint_filter
    earlier = compared_with(store, chosen.complaint_filter, chosen.compare)
    values = _values(store, chosen, earlier)
    classes = classify(
        values.loc[values["state"] == "ok", "value"],
        kind="diverging" if earlier else "sequential",
        higher_is_better=chosen.measure in words.HIGHER_IS_BETTER,
    )
    found = boundaries(store, reference.level_index(chosen.level))
    shapes = to_world(found.shapes)
    codes = [district.code for district in found.districts]
    outlined = shapes_of(store, wanted.districts)
    frame = frame_of(store, outlined if len(outlined) else shapes, bounds)
    writer = PictureWords(reference, language, words, chosen.measure, chosen.level)
    has_points, has_heat = "points" in chosen.layers, "heat" in chosen.layers
    marked = points_of(count_by(store, ["x", "y", "status"], wanted)) if has_points else ()
    heat, heat_box = heat_in(heat_field(store, wanted), frame) if has_heat else (None, frame)
    is_filled = "districts" in chosen.layers
    heat_legend = (
        writer.heat(full_colour_per_km2(store, wanted, heat_zoom(frame))) if has_heat else []
    )
    overlays, parts = overlays_in(store, chosen.overlays, frame, theme)
    legend = (
        writer.classes(values, classes, is_difference=earlier is not None, theme=THEMES[theme])
        if is_filled
        else []
    )
    return Scene(
        theme=THEMES[theme],
        title=writer.sentence(store, wanted),
        subtitle=writer.subtitle(store, earlier) if is_filled else "",
        frame=frame,
        shapes=list(shapes),
        fills=_fills(codes, values, classes, THEMES[theme]) if is_filled else (),
        outlined=list(outlined),
        heat=heat,
        heat_box=heat_box,
        points=marked,
        overlays=overlays,
        legend=[
            *legend,
            *writer.statuses(marked),
            *heat_legend,
            *overlay_rows(parts, reference, language, theme),
        ],
        notes=writer.notes(count_by(store, ["place"], wanted), wanted),
        credits=writer.credits(),
    )


def _values(store: Store, chosen: _Choice, earlier: ComplaintFilter | None) -> pd.DataFrame:
    wanted, measure, level = chosen.complaint_filter, chosen.measure, chosen.level
    if earlier is None:
        return district_values(store, wanted, measure=measure, level=level)
    return district_differences(store, wanted, earlier, measure=measure, level=level)


def _fills(
    codes: Sequence[str], values: pd.DataFrame, classes: Classes, theme: PictureTheme
) -> list[str]:
    states = {"too_few": HATCH, "not_reached": NOT_REACHED_COLOUR, "none": theme.none}
    by_code = {
        code: classes.colour(value) if state == "ok" else states[state]
        for code, value, state in zip(values["code"], values["value"], values["state"], strict=True)
    }
    return [by_code.get(code, theme.none) for code in codes]
