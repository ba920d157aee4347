"""What ezdwg decodes, as the entities of DXF: one function for each kind.

Each takes the layout to draw in, the decoded properties, and the name of the block that an
insert or a dimension shows. None where the kind has no shape on a map.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]
_POLYGON_MESH_CLOSED_M, _POLYGON_MESH_CLOSED_N = 1, 32


def _line(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.add_line(dxf["start"], dxf["end"])


def _point(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.add_point(dxf["location"])


def _arc(layout: Any, dxf: Properties, block: str | None) -> Any:
    made = layout.add_arc(dxf["center"], dxf["radius"], dxf["start_angle"], dxf["end_angle"])
    return _extruded(made, dxf)


def _circle(layout: Any, dxf: Properties, block: str | None) -> Any:
    return _extruded(layout.add_circle(dxf["center"], dxf["radius"]), dxf)


def _ellipse(layout: Any, dxf: Properties, block: str | None) -> Any:
    made = layout.add_ellipse(
        dxf["center"],
        dxf["major_axis"],
        ratio=min(1.0, max(1e-6, dxf["axis_ratio"])),
        start_param=dxf["start_angle"],
        end_param=dxf["end_angle"],
    )
    return _extruded(made, dxf)


def _spline(layout: Any, dxf: Properties, block: str | None) -> Any:
    controls = dxf.get("control_points") or []
    made = layout.add_spline(degree=dxf["degree"] or 3)
    if controls:
        made.control_points = controls
        made.knots = dxf["knots"]
        if dxf.get("rational") and len(dxf.get("weights") or []) == len(controls):
            made.weights = dxf["weights"]
    else:
        made.fit_points = dxf["fit_points"]
    made.closed = bool(dxf.get("closed"))
    return made


def _light_polyline(layout: Any, dxf: Properties, block: str | None) -> Any:
    vertices = [
        (x, y, bulge) for (x, y, *_), bulge in zip(dxf["points"], dxf["bulges"], strict=True)
    ]
    made = layout.add_lwpolyline(vertices, format="xyb", close=bool(dxf["closed"]))
    made.dxf.elevation = dxf.get("elevation") or 0.0
    return _extruded(made, dxf)


def _polyline_2d(layout: Any, dxf: Properties, block: str | None) -> Any:
    points, bulges = dxf["points"], dxf["bulges"]
    flags = dxf.get("vertex_flags") or [0] * len(points)
    on_it = [place for place, flag in enumerate(flags) if not flag & 16]
    vertices = [(points[place][0], points[place][1], bulges[place]) for place in on_it]
    made = layout.add_polyline2d(vertices, format="xyb", close=bool(dxf["closed"]))
    made.dxf.elevation = (0, 0, points[0][2] if points else 0.0)
    return _extruded(made, dxf)


def _polyline_3d(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.add_polyline3d(dxf["points"], close=bool(dxf.get("closed")))


def _polygon_mesh(layout: Any, dxf: Properties, block: str | None) -> Any:
    rows, columns = dxf["m_vertex_count"], dxf["n_vertex_count"]
    made = layout.add_polymesh(size=(rows, columns))
    for place, point in enumerate(dxf["points"][: rows * columns]):
        made.set_mesh_vertex((place // columns, place % columns), point)
    if dxf["flags"] & _POLYGON_MESH_CLOSED_M:
        made.m_close()
    if dxf["flags"] & _POLYGON_MESH_CLOSED_N:
        made.n_close()
    return made


def _face_mesh(layout: Any, dxf: Properties, block: str | None) -> Any:
    vertices = dxf["vertices"]
    made = layout.add_polyface()
    for face in dxf["faces"]:
        # The sign of a number, of 16 bits here, says only whether an edge is drawn.
        numbers = [abs(number - 65536 if number > 32767 else number) for number in face]
        corners = [vertices[number - 1] for number in numbers if 0 < number <= len(vertices)]
        if len(corners) > 2:
            made.append_face(corners)
    return made


def _face(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.add_3dface(dxf["points"])


def _solid(layout: Any, dxf: Properties, block: str | None) -> Any:
    return _extruded(layout.add_solid(dxf["points"]), dxf)


def _trace(layout: Any, dxf: Properties, block: str | None) -> Any:
    return _extruded(layout.add_trace(dxf["points"]), dxf)


def _text(layout: Any, dxf: Properties, block: str | None) -> Any:
    return align(layout.add_text(dxf.get("text") or ""), dxf)


def _definition(layout: Any, dxf: Properties, block: str | None) -> Any:
    made = layout.add_attdef(dxf.get("tag") or "?", dxf["insert"], dxf.get("text") or "")
    return align(made, dxf)


def align(made: Any, dxf: Properties) -> Any:
    """Put a text where its alignment wants it."""
    made.dxf.insert = dxf["insert"]
    if dxf.get("align_point") is not None and (dxf.get("halign") or dxf.get("valign")):
        made.dxf.align_point = dxf["align_point"]
        made.dxf.halign, made.dxf.valign = dxf.get("halign") or 0, dxf.get("valign") or 0
    return _extruded(made, dxf)


def _long_text(layout: Any, dxf: Properties, block: str | None) -> Any:
    made = layout.add_mtext(dxf.get("raw_text") or dxf.get("text") or "")
    made.dxf.insert = dxf["insert"]
    return made


def _symbol(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.new_entity("SHAPE", {"insert": dxf["insert"], "name": ""})


def _tolerance(layout: Any, dxf: Properties, block: str | None) -> Any:
    return layout.new_entity(
        "TOLERANCE", {"insert": dxf["insert"], "content": dxf.get("text") or ""}
    )


def _axis(layout: Any, dxf: Properties, block: str | None) -> Any:
    """A leader without its arrow; of several parallel lines the one that was drawn."""
    return layout.add_polyline3d(dxf["points"], close=bool(dxf.get("closed")))


def _hatch(layout: Any, dxf: Properties, block: str | None) -> Any:
    made = layout.add_hatch()
    for path in dxf["paths"]:
        if len(path["points"]) > 2:
            made.paths.add_polyline_path([point[:2] for point in path["points"]], is_closed=True)
    made.dxf.elevation = (0, 0, dxf.get("elevation") or 0.0)
    return _extruded(made, dxf)


def _insert(layout: Any, dxf: Properties, block: str | None) -> Any:
    if block is None:
        return None
    made = layout.add_blockref(block, dxf["insert"])
    made.dxf.xscale, made.dxf.yscale = dxf["xscale"], dxf["yscale"]
    made.dxf.zscale, made.dxf.rotation = dxf["zscale"], dxf["rotation"]
    made.dxf.row_count = max(1, int(dxf.get("row_count") or 1))
    made.dxf.column_count = max(1, int(dxf.get("column_count") or 1))
    made.dxf.row_spacing = dxf.get("row_spacing") or 0.0
    made.dxf.column_spacing = dxf.get("column_spacing") or 0.0
    return _extruded(made, dxf)


def _dimension(layout: Any, dxf: Properties, block: str | None) -> Any:
    """What its block shows, which is in world coordinates."""
    if block is None:
        return None
    return layout.add_blockref(block, dxf.get("insert") or (0, 0, 0))


def _extruded(made: Any, dxf: Properties) -> Any:
    extrusion = dxf.get("extrusion")
    if extrusion is not None and any(map(math.isfinite, extrusion)) and any(extrusion):
        made.dxf.extrusion = extrusion
    return made


MAKERS: dict[str, Callable[[Any, Properties, str | None], Any]] = {
    "LINE": _line,
    "POINT": _point,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "LWPOLYLINE": _light_polyline,
    "POLYLINE_2D": _polyline_2d,
    "POLYLINE_3D": _polyline_3d,
    "POLYLINE_MESH": _polygon_mesh,
    "POLYLINE_PFACE": _face_mesh,
    "3DFACE": _face,
    "SOLID": _solid,
    "TRACE": _trace,
    "TEXT": _text,
    "ATTRIB": _text,
    "ATTDEF": _definition,
    "MTEXT": _long_text,
    "SHAPE": _symbol,
    "TOLERANCE": _tolerance,
    "LEADER": _axis,
    "MLINE": _axis,
    "HATCH": _hatch,
    "INSERT": _insert,
    "MINSERT": _insert,
    "DIMENSION": _dimension,
}
