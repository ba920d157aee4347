"""City layers on a drawn map: areas, lines and points in the colours of their classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection

from reports.map_layers import path_of

_FILL = 0.4  # of a polygon; its border is opaque
_MANY = 3_000  # shapes, beyond which an SVG holds them as one picture


@dataclass(frozen=True)
class Overlay:
    """Shapes in world units, with the colour of each."""

    shapes: np.ndarray
    colours: np.ndarray
    opacity: float
    z: float  # in the order of drawing
    size: float | None  # of the style, in pixels


def draw_overlay(axes: Axes, overlay: Overlay, *, as_picture: bool) -> None:
    options = {
        "zorder": overlay.z,
        "alpha": overlay.opacity,
        "rasterized": as_picture and len(overlay.shapes) > _MANY,
    }
    dimension = shapely.get_dimensions(overlay.shapes)
    for of, draw in ((2, _draw_areas), (1, _draw_lines), (0, _draw_points)):
        is_own = dimension == of
        if is_own.any():
            draw(axes, overlay, overlay.shapes[is_own], overlay.colours[is_own], options)


def _draw_areas(
    axes: Axes, overlay: Overlay, shapes: np.ndarray, colours: np.ndarray, options: dict[str, Any]
) -> None:
    paths = [path_of(_areas(shape)) for shape in shapes]
    filled = {**options, "alpha": overlay.opacity * _FILL}
    axes.add_collection(
        PathCollection(paths, facecolors=list(colours), edgecolors="none", **filled),
        autolim=False,
    )
    axes.add_collection(
        PathCollection(
            paths, facecolors="none", edgecolors=list(colours), linewidths=0.5, **options
        ),
        autolim=False,
    )


def _draw_lines(
    axes: Axes, overlay: Overlay, shapes: np.ndarray, colours: np.ndarray, options: dict[str, Any]
) -> None:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    axes.add_collection(
        LineCollection(
            [np.asarray(line.coords) for line in parts[is_line]],
            colors=list(colours[owner[is_line]]),
            linewidths=0.3 * overlay.size if overlay.size else 0.6,
            **options,
        ),
        autolim=False,
    )


def _draw_points(
    axes: Axes, overlay: Overlay, shapes: np.ndarray, colours: np.ndarray, options: dict[str, Any]
) -> None:
    """Squares, so that none is taken for a complaint; specks of other layers are small."""
    points, owner = shapely.get_parts(shapes, return_index=True)
    is_point_layer = len(shapes) == len(overlay.shapes)
    axes.scatter(
        shapely.get_x(points),
        shapely.get_y(points),
        s=14 if is_point_layer and len(points) < _MANY else 0.6,
        marker="s",
        c=list(colours[owner]),
        linewidths=0,
        **options,
    )


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape that may hold lines and points too."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)
