"""What is drawn, as shapes: lines, polygons where they are closed, points for texts."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import shapely

from data.layers.formats.cad_hatches import hatch_shape
from data.layers.formats.curves import arc_points, bulged_points, sagitta

_CLOSE = 1e-9  # relative; ends nearer than that are one point
_SEGMENTS = 8  # at least, of each part of an ellipse or a spline
_FRAME_VERTEX = 16  # a control point of a fitted polyline, which is not on it

Corners = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Drawn:
    """A flat shape, None for what has none. `height` is what all its corners share, if not 0."""

    shape: shapely.Geometry | None = None
    is_curved: bool = False
    height: float | None = None
    is_flattened: bool = False
    text: str | None = None


def draw(entity: Any) -> Drawn:
    """The shape of one entity in world coordinates; a Drawn without shape for other kinds."""
    make = _MAKERS.get(entity.dxftype())
    return make(entity) if make else Drawn()


def _line(entity: Any) -> Drawn:
    return _path([entity.dxf.start, entity.dxf.end])


def _point(entity: Any) -> Drawn:
    return _spot(entity.dxf.location)


def _arc(entity: Any) -> Drawn:
    dxf = entity.dxf
    start, end = math.radians(dxf.start_angle), math.radians(dxf.end_angle)
    span = (end - start) % math.tau or math.tau
    return _round(entity, start, span)


def _circle(entity: Any) -> Drawn:
    return _round(entity, 0.0, math.tau)


def _round(entity: Any, start: float, span: float) -> Drawn:
    centre = entity.dxf.center
    flat = arc_points((centre.x, centre.y), abs(entity.dxf.radius), start, span)
    corners = _to_world(entity, [(x, y, centre.z) for x, y in flat])
    return _path(corners, span == math.tau, is_curved=True)


def _ellipse(entity: Any) -> Drawn:
    size = entity.dxf.major_axis.magnitude
    corners = list(entity.flattening(sagitta(size), _SEGMENTS))
    span = (entity.dxf.end_param - entity.dxf.start_param) % math.tau
    whole = math.isclose(span, 0, abs_tol=1e-9) or math.isclose(span, math.tau)
    return _path(corners, whole, is_curved=True)


def _spline(entity: Any) -> Drawn:
    tool = entity.construction_tool()
    corners = list(tool.control_points)
    size = math.dist(*_bounds(corners)) / 2
    corners = list(tool.flattening(sagitta(size), _SEGMENTS))
    return _path(corners, bool(entity.closed), is_curved=True)


def _light_polyline(entity: Any) -> Drawn:
    vertices = [tuple(vertex) for vertex in entity.get_points("xyb")]
    return _bulged(entity, vertices, entity.dxf.elevation, bool(entity.closed))


def _polyline(entity: Any) -> Drawn:
    if entity.is_poly_face_mesh or entity.is_polygon_mesh:
        faces = [face.wcs_vertices() for face in entity.virtual_entities()]
        return _footprint(faces)
    vertices = [vertex for vertex in entity.vertices if not vertex.dxf.flags & _FRAME_VERTEX]
    if entity.is_3d_polyline:
        return _path([vertex.dxf.location for vertex in vertices], bool(entity.is_closed))
    flat = [(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in vertices]
    elevation = entity.dxf.elevation.z if entity.dxf.hasattr("elevation") else 0.0
    return _bulged(entity, flat, elevation, bool(entity.is_closed))


def _bulged(
    entity: Any, vertices: list[tuple[float, float, float]], elevation: float, closed: bool
) -> Drawn:
    flat = bulged_points(vertices, closed)
    corners = _to_world(entity, [(x, y, elevation) for x, y in flat])
    return _path(corners, closed, is_curved=any(bulge for _, _, bulge in vertices))


def _face(entity: Any) -> Drawn:
    return _path(list(entity.wcs_vertices()), True)


def _mesh(entity: Any) -> Drawn:
    corners = list(entity.vertices)
    return _footprint([[corners[place] for place in face] for face in entity.faces])


def _hatch(entity: Any) -> Drawn:
    shape, is_curved = hatch_shape(entity)
    height = entity.dxf.elevation.z
    return Drawn(shape, is_curved, height or None, bool(height))


def _text(entity: Any) -> Drawn:
    _, place, _ = entity.get_placement()
    corner = _to_world(entity, [place or entity.dxf.insert])[0]
    return _spot(corner, entity.plain_text())


def _long_text(entity: Any) -> Drawn:
    return _spot(entity.dxf.insert, entity.plain_text())


def _symbol(entity: Any) -> Drawn:
    text = entity.dxf.content if entity.dxftype() == "TOLERANCE" else entity.dxf.name
    return _spot(entity.dxf.insert, text)


def _spot(corner: Any, text: str | None = None) -> Drawn:
    x, y, z = (float(part) for part in corner)
    return Drawn(shapely.Point(x, y), False, z or None, bool(z), (text or "").strip() or None)


def _to_world(entity: Any, corners: list[Any]) -> list[Any]:
    ocs = entity.ocs()
    return list(ocs.points_to_wcs(corners)) if ocs.transform else corners


def _path(corners: Corners, closed: bool = False, *, is_curved: bool = False) -> Drawn:
    """A polygon of a closed line, a line of an open one, a point of one without length."""
    flat = _without_repeats([(float(corner[0]), float(corner[1])) for corner in corners])
    heights = {float(corner[2]) for corner in corners if len(corner) > 2}
    height = heights.pop() if len(heights) == 1 else 0.0
    is_flattened = bool(heights) or height != 0
    shape: shapely.Geometry | None = None
    if closed and len(flat) > 1 and _is_same(flat[0], flat[-1]):
        flat.pop()
    if len(flat) == 1:
        shape = shapely.Point(flat[0])
    elif closed and len(flat) > 2:
        shape = shapely.Polygon(flat)
    elif flat:
        shape = shapely.LineString(flat)
    return Drawn(shape, is_curved, height or None, is_flattened)


def _without_repeats(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept = corners[:1]
    kept += [corner for before, corner in pairwise(corners) if corner != before]
    return kept


def _is_same(first: tuple[float, float], second: tuple[float, float]) -> bool:
    scale = max(1.0, *map(abs, (*first, *second)))
    return math.dist(first, second) <= _CLOSE * scale


def _footprint(faces: Iterable[Iterable[Any]]) -> Drawn:
    """The ground that faces in space lie over."""
    areas = []
    tall = False
    for face in faces:
        corners = list(face)
        tall |= any(corner[2] for corner in corners)
        if len(corners) > 2:
            areas.append(
                shapely.make_valid(shapely.Polygon([(corner[0], corner[1]) for corner in corners]))
            )
    whole = shapely.union_all([area for area in areas if area.area > 0])
    return Drawn(None if whole.is_empty else whole, False, None, tall)


def _bounds(corners: Iterable[Any]) -> tuple[tuple[float, float], tuple[float, float]]:
    flat = list(corners)
    xs, ys = [corner.x for corner in flat], [corner.y for corner in flat]
    return (min(xs), min(ys)), (max(xs), max(ys))


_MAKERS: dict[str, Callable[[Any], Drawn]] = {
    "LINE": _line,
    "POINT": _point,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "HELIX": _spline,
    "LWPOLYLINE": _light_polyline,
    "POLYLINE": _polyline,
    "3DFACE": _face,
    "SOLID": _face,
    "TRACE": _face,
    "MESH": _mesh,
    "HATCH": _hatch,
    "MPOLYGON": _hatch,
    "TEXT": _text,
    "ATTRIB": _text,
    "ATTDEF": _text,
    "MTEXT": _long_text,
    "SHAPE": _symbol,
    "TOLERANCE": _symbol,
}
