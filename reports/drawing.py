"""Draws a map from plain values: shapes, colours and words in, PNG or SVG out.

Matplotlib's objects are used directly: its `pyplot` and `rcParams` are shared by all threads.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.lettering import Lettering
from reports.map_layers import (
    HATCH,
    HATCH_PATTERN,
    Box,
    Points,
    draw_districts,
    draw_heat,
    draw_outlines,
    draw_points,
)
from reports.overlays import Overlay, draw_overlay
from reports.picture_theme import PictureTheme, StatusMark

_WIDTH_INCHES, _HEIGHT_INCHES, _DPI = 12.8, 8.0, 150
_MAP_BOX = (0.025, 0.075, 0.70, 0.80)  # left, bottom, width, height; shares of the picture
_INSET_BOX = (0.755, 0.085, 0.22, 0.24)
_SMALLEST_INSET = 0.08  # high; where the legend leaves less, there is none
_GAP = 0.02
_COLUMN = 0.755
_CELL = 0.036  # of a square of two measures, share of the width
_POINT_SIZE, _SMALLEST_POINT = 9.0, 3.0  # square points
_POINTS_AT_FULL_SIZE = 2_000


@dataclass(frozen=True)
class LegendRow:
    """A swatch (a colour, HATCH, or a status mark) with its words and count."""

    label: str
    count: str = ""
    fill: str | None = None
    mark: StatusMark | None = None
    heading: bool = False


@dataclass(frozen=True)
class LegendSquare:
    """Two measures: rows of swatches from below, each from left to right, with their counts."""

    across: str  # what grows to the right
    upward: str
    fills: Sequence[Sequence[str]]
    counts: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Scene:
    """Everything in one picture, in world units.

    `fills` are of the shapes, or there are none; `context` are outlines below them.
    """

    theme: PictureTheme
    title: str
    subtitle: str
    frame: Box
    shapes: Sequence[shapely.Geometry]
    fills: Sequence[str]
    context: Sequence[shapely.Geometry] = ()
    outlined: Sequence[shapely.Geometry] = ()
    heat: np.ndarray | None = None
    heat_box: Box = (0, 0, 1, 1)
    points: Sequence[Points] = ()
    overlays: Sequence[Overlay] = ()  # the lowest first
    legend: Sequence[LegendRow | LegendSquare] = ()
    notes: Sequence[str] = ()
    credits: Sequence[str] = field(default_factory=tuple)


def world(coordinates: np.ndarray) -> np.ndarray:
    """Degrees (n, 2: longitude, latitude) to Web-Mercator world units 0…1, y northward."""
    longitude, latitude = coordinates[:, 0], np.clip(coordinates[:, 1], -85.05, 85.05)
    northing = np.arcsinh(np.tan(np.radians(latitude))) / (2 * np.pi)
    return np.column_stack((longitude / 360 + 0.5, northing + 0.5))


def draw(scene: Scene, format: str) -> bytes:
    """The picture as 'png' (1920 × 1200 pixels) or 'svg'."""
    figure = Figure((_WIDTH_INCHES, _HEIGHT_INCHES), dpi=_DPI, facecolor=scene.theme.page)
    canvas = FigureCanvasAgg(figure) if format == "png" else FigureCanvasSVG(figure)
    axes = _axes(figure, _MAP_BOX, scene.theme.panel)
    _draw_map(axes, scene, as_picture=format == "svg")
    view = widened(scene.frame)
    _show(axes, view)
    room = _draw_words(figure, scene) - _GAP
    everything = _bounds([*scene.context, *scene.shapes])
    if everything and not _holds(view, everything) and room - _INSET_BOX[1] > _SMALLEST_INSET:
        left, bottom, width, height = _INSET_BOX
        box = (left, bottom, width, min(height, room - bottom))
        _draw_inset(figure, scene, everything, view, box)
    buffer = io.BytesIO()
    metadata = {"Creator": "Pantau", "Date": None} if format == "svg" else {"Software": "Pantau"}
    canvas.print_figure(
        buffer, format=format, dpi=_DPI, facecolor=scene.theme.page, metadata=metadata
    )
    return buffer.getvalue()


def _axes(figure: Figure, box: tuple[float, float, float, float], colour: str) -> Axes:
    axes = figure.add_axes(box, facecolor=colour)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return axes


def widened(frame: Box) -> Box:
    """The frame, enlarged to the proportions of the map on the picture."""
    return _to_proportions(frame, _MAP_BOX)


def _to_proportions(frame: Box, box: tuple[float, float, float, float]) -> Box:
    width, height = box[2] * _WIDTH_INCHES, box[3] * _HEIGHT_INCHES
    west, south, east, north = frame
    scale = max((east - west) / width, (north - south) / height, 1e-9)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_width, half_height = scale * width / 2, scale * height / 2
    return (
        middle_x - half_width,
        middle_y - half_height,
        middle_x + half_width,
        middle_y + half_height,
    )


def _show(axes: Axes, view: Box) -> None:
    axes.set_xlim(view[0], view[2])
    axes.set_ylim(view[1], view[3])


def _draw_map(axes: Axes, scene: Scene, *, as_picture: bool) -> None:
    draw_districts(axes, scene.context, (), scene.theme, line=0.6)
    draw_districts(axes, scene.shapes, scene.fills, scene.theme, line=_line(scene))
    if scene.heat is not None:
        draw_heat(axes, scene.heat, scene.heat_box)
    for overlay in scene.overlays:
        draw_overlay(axes, overlay, as_picture=as_picture)
    marks = sum(len(points.x) for points in scene.points)
    crowding = min(_POINTS_AT_FULL_SIZE / max(marks, 1), 1.0)
    size = max(_POINT_SIZE * crowding**0.5, _SMALLEST_POINT)
    for points in scene.points:
        draw_points(axes, points, scene.theme, size=size, as_picture=as_picture)
    draw_outlines(axes, scene.outlined, scene.theme)


def _line(scene: Scene) -> float:
    """Of shapes over others only the colour is to be seen: they may be thin, or many."""
    return 0.1 if scene.context else 0.6


def _draw_inset(
    figure: Figure,
    scene: Scene,
    everything: Box,
    view: Box,
    box: tuple[float, float, float, float],
) -> None:
    """The whole city in small, where the frame leaves out a part of it, such as islands."""
    axes = _axes(figure, box, scene.theme.panel)
    draw_districts(axes, scene.context, (), scene.theme, line=0.2)
    draw_districts(axes, scene.shapes, scene.fills, scene.theme, line=_line(scene) / 3)
    both = (*np.minimum(everything, view)[:2].tolist(), *np.maximum(everything, view)[2:].tolist())
    _show(axes, _to_proportions(both, box))
    west, south, east, north = view
    axes.add_patch(
        Rectangle(
            (west, south),
            east - west,
            north - south,
            fill=False,
            edgecolor=scene.theme.accent,
            linewidth=1.2,
            zorder=6,
        )
    )


def _draw_words(figure: Figure, scene: Scene) -> float:
    """Returns where the legend ends. Notes go below the map: beside it, a long legend is."""
    theme = scene.theme
    pen = Lettering(figure)
    y = pen.write(
        scene.title, 0.025, 0.972, size=15, colour=theme.text, width=0.95, bold=True, most_lines=2
    )
    pen.write(scene.subtitle, 0.025, y - 0.004, size=11, colour=theme.muted, width=0.95)
    y = 0.865
    for row in scene.legend:
        if isinstance(row, LegendSquare):
            y = _draw_legend_square(figure, pen, row, y, theme)
        else:
            y = _draw_legend_row(figure, pen, row, y, theme)
    for words, top, size, colour in (
        (scene.notes, 0.062, 9.5, theme.text),
        (scene.credits, 0.034, 8.5, theme.muted),
    ):
        pen.write(" · ".join(words), 0.025, top, size=size, colour=colour, width=0.95, most_lines=1)
    return y


def _draw_legend_row(
    figure: Figure, pen: Lettering, row: LegendRow, y: float, theme: PictureTheme
) -> float:
    if row.heading:
        return (
            pen.write(
                row.label, _COLUMN, y - 0.008, size=10.5, colour=theme.text, width=0.225, bold=True
            )
            - 0.008
        )
    if row.fill is None and row.mark is None and not row.count:  # a note
        return (
            pen.write(row.label, _COLUMN, y - 0.004, size=8.5, colour=theme.muted, width=0.22)
            - 0.006
        )
    if row.fill is not None:
        hatched = row.fill == HATCH
        figure.add_artist(
            Rectangle(
                (_COLUMN, y - 0.018),
                0.02,
                0.02,
                transform=figure.transFigure,
                facecolor=theme.land if hatched else row.fill,
                edgecolor=theme.muted,
                linewidth=0.5,
                hatch=HATCH_PATTERN if hatched else None,
                hatchcolor=theme.hatch,
            )
        )
    elif row.mark is not None:
        axes = figure.add_axes((_COLUMN, y - 0.018, 0.02, 0.02))
        axes.set_axis_off()
        one = np.zeros(1)
        draw_points(axes, Points(row.mark, one, one, one + 1), theme, size=30.0)
    pen.write(row.count, 0.975, y, size=9.5, colour=theme.muted, width=0.06, align="right")
    return pen.write(row.label, _COLUMN + 0.028, y, size=9.5, colour=theme.text, width=0.15) - 0.006


def _draw_legend_square(
    figure: Figure, pen: Lettering, square: LegendSquare, y: float, theme: PictureTheme
) -> float:
    y = pen.write("↑ " + square.upward, _COLUMN, y, size=9.5, colour=theme.text, width=0.22)
    high = _CELL * _WIDTH_INCHES / _HEIGHT_INCHES
    rows = zip(reversed(square.fills), reversed(square.counts), strict=True)
    for fills, counts in rows:
        for column, (fill, count) in enumerate(zip(fills, counts, strict=True)):
            x = _COLUMN + column * _CELL
            figure.add_artist(
                Rectangle((x, y - high), _CELL, high, transform=figure.transFigure, facecolor=fill)
            )
            pen.write(
                count,
                x + _CELL - 0.003,
                y - high * 0.36,
                size=9,
                align="right",
                width=_CELL,
                colour=lettering_on(fill),
            )
        y -= high
    across = "→ " + square.across
    return pen.write(across, _COLUMN, y - 0.006, size=9.5, colour=theme.text, width=0.22) - 0.01


def lettering_on(fill: str) -> str:
    """Black or white, whichever is read better on a colour such as #d9dee7."""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def _bounds(shapes: Sequence[shapely.Geometry]) -> Box | None:
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    return None if np.isnan(west) else (west, south, east, north)


def _holds(outer: Box, inner: Box) -> bool:
    margin = 1e-9
    return (
        outer[0] <= inner[0] + margin
        and outer[1] <= inner[1] + margin
        and outer[2] >= inner[2] - margin
        and outer[3] >= inner[3] - margin
    )
