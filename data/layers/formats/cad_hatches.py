"""The areas that hatches fill, as polygons with holes."""

import math
from collections.abc import Iterable
from typing import Any

import shapely

from data.layers.formats.curves import Point, bulged_points, sagitta

_SEGMENTS = 8  # at least, of each part of an ellipse or a spline


def hatch_shape(hatch: Any) -> tuple[shapely.Geometry | None, bool]:
    """The filled area in the drawing's own plane (None where there is none), and whether it has
    arcs. Areas inside of areas are holes, and islands in these are filled again."""
    curved = False
    filled: list[shapely.Geometry] = []
    ocs = hatch.ocs()
    elevation = hatch.dxf.elevation.z
    for path in hatch.paths.rendering_paths(hatch.dxf.hatch_style):
        points, has_arcs = _boundary(path)
        curved |= has_arcs
        if len(points) < 3:
            continue
        if ocs.transform:
            points = [tuple(ocs.to_wcs((x, y, elevation)))[:2] for x, y in points]
        area = shapely.make_valid(shapely.Polygon(points))
        if area.area > 0:
            filled.append(area)
    return combine_even_odd(filled), curved


def combine_even_odd(areas: list[shapely.Geometry]) -> shapely.Geometry | None:
    """What lies in an odd number of the areas."""
    while len(areas) > 1:
        pairs = [areas[place : place + 2] for place in range(0, len(areas), 2)]
        areas = [
            shapely.symmetric_difference(*pair) if len(pair) == 2 else pair[0] for pair in pairs
        ]
    return _polygons(areas[0]) if areas else None


def _polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts([shape])).tolist()
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    if len(parts) < 2:
        return parts[0] if parts else None
    return shapely.MultiPolygon(parts)


def _boundary(path: Any) -> tuple[list[Any], bool]:
    if hasattr(path, "vertices"):
        vertices = [tuple(vertex) for vertex in path.vertices]
        return list(bulged_points(vertices, True)), any(vertex[2] for vertex in vertices)
    points: list[Point] = []
    curved = False
    for edge in path.edges:
        part = [(float(x), float(y)) for x, y, *_ in _edge_points(edge)]
        curved |= edge.EDGE_TYPE != "LineEdge"
        # Edges may run against the path; the end that is nearer joins.
        if points and math.dist(points[-1], part[-1]) < math.dist(points[-1], part[0]):
            part.reverse()
        points += part
    return points, curved


def _edge_points(edge: Any) -> Iterable[Any]:
    if edge.EDGE_TYPE == "LineEdge":
        return [edge.start, edge.end]
    tool = edge.construction_tool()
    if edge.EDGE_TYPE == "ArcEdge":
        return list(tool.flattening(sagitta(edge.radius)))
    if edge.EDGE_TYPE == "EllipseEdge":
        return list(tool.flattening(sagitta(edge.major_axis.magnitude), _SEGMENTS))
    return list(tool.flattening(sagitta(_size(tool.control_points)), _SEGMENTS))


def _size(points: Iterable[Any]) -> float:
    flat = list(points)
    xs, ys = [point.x for point in flat], [point.y for point in flat]
    return math.hypot(max(xs) - min(xs), max(ys) - min(ys)) / 2
