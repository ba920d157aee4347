"""The layers of a drawn map: districts, heat, points, outlines, from below to above."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path

from reports.picture_theme import PictureTheme, StatusMark

HATCH = "hatch"  # a fill: too few
HATCH_PATTERN = "//////"
_MANY_POINTS = 3_000  # beyond, an SVG holds them as one picture

Box = tuple[float, float, float, float]  # west, south, east, north in world units


@dataclass(frozen=True)
class Points:
    """Places to mark, in world units, with the number of complaints at each."""

    mark: StatusMark
    x: np.ndarray
    y: np.ndarray
    n: np.ndarray


def draw_districts(
    axes: Axes,
    shapes: Sequence[shapely.Geometry],
    fills: Sequence[str],
    theme: PictureTheme,
    *,
    line: float,
) -> None:
    """Each shape in its fill, a colour or HATCH; no fills: outlines only."""
    paths = [path_of(shape) for shape in shapes]
    colours = [theme.land if fill == HATCH else fill for fill in fills] or [theme.land]
    outline = theme.page if fills else theme.muted
    _add(axes, paths, facecolors=colours, edgecolors=outline, linewidths=line, zorder=1)
    hatched = [path for path, fill in zip(paths, fills, strict=False) if fill == HATCH]
    _add(
        axes,
        hatched,
        facecolors="none",
        edgecolors=theme.muted,
        linewidths=line,
        hatch=HATCH_PATTERN,
        hatchcolors=theme.hatch,
        zorder=2,
    )


def draw_heat(axes: Axes, pixels: np.ndarray, box: Box) -> None:
    west, south, east, north = box
    axes.imshow(
        pixels,
        extent=(west, east, south, north),
        zorder=3,
        aspect="auto",
        interpolation="bilinear",
    )


def draw_points(
    axes: Axes, points: Points, theme: PictureTheme, *, size: float = 9.0, as_picture: bool = False
) -> None:
    """Marks of the status's shape and colour, larger where more complaints are in one place."""
    colour = theme.statuses[points.mark.token]
    axes.scatter(
        points.x,
        points.y,
        s=size * np.sqrt(points.n),
        marker=points.mark.marker,
        facecolors=colour if points.mark.filled else "none",
        edgecolors=theme.page if points.mark.filled else colour,
        linewidths=0.3 if points.mark.filled else 0.9,
        alpha=0.85,
        zorder=4,
        rasterized=as_picture and len(points.x) > _MANY_POINTS,
    )


def draw_outlines(axes: Axes, shapes: Sequence[shapely.Geometry], theme: PictureTheme) -> None:
    paths = [path_of(shape) for shape in shapes]
    _add(axes, paths, facecolors="none", edgecolors=theme.accent, linewidths=2.0, zorder=5)


def path_of(shape: shapely.Geometry) -> Path:
    polygons: Iterable[shapely.Geometry] = getattr(shape, "geoms", [shape])
    rings = [
        Path(np.asarray(ring.coords), closed=True)
        for polygon in polygons
        if not polygon.is_empty
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return Path.make_compound_path(*rings) if rings else Path(np.empty((0, 2)))


def _add(axes: Axes, paths: Sequence[Path], **style: object) -> None:
    if paths:
        axes.add_collection(PathCollection(paths, **style), autolim=False)  # type: ignore[arg-type]
