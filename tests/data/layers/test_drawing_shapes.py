"""Every kind of entity of a DXF as a shape: lines, areas, texts, curves at their tolerance."""

import math
from pathlib import Path
from typing import Any

import pytest
import shapely
from ezdxf.math import bulge_to_arc

from data.layers.formats.curves import TOLERANCE, bulged_points
from tests.data.layers.drawn import (
    SQUARE,
    Draw,
    assert_same,
    on_circle,
    one,
)


@pytest.mark.parametrize(
    ("draw", "wkt"),
    [
        (lambda m: m.add_point((1, 2)), "POINT (1 2)"),
        (lambda m: m.add_line((0, 0), (3, 4)), "LINESTRING (0 0, 3 4)"),
        (lambda m: m.add_line((3, 4), (3, 4)), "POINT (3 4)"),
        (lambda m: m.add_line((3, 4, 0), (3, 4, 5)), "POINT (3 4)"),
        (lambda m: m.add_lwpolyline(SQUARE), "LINESTRING (0 0, 4 0, 4 4, 0 4)"),
        (lambda m: m.add_lwpolyline(SQUARE, close=True), "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
        (lambda m: m.add_polyline2d(SQUARE, close=True), "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
        (lambda m: m.add_polyline3d([(0, 0, 1), (4, 0, 2)]), "LINESTRING (0 0, 4 0)"),
        (lambda m: m.add_lwpolyline([(0, 0), (4, 0)], close=True), "LINESTRING (0 0, 4 0)"),
        (lambda m: m.add_solid([*SQUARE[:2], SQUARE[3], SQUARE[2]]),
         "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
        (lambda m: m.add_trace([*SQUARE[:2], SQUARE[3], SQUARE[2]]),
         "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
        (lambda m: m.add_3dface([(0, 0, 1), (4, 0, 2), (4, 4, 3)]),
         "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        (lambda m: m.add_text("x", dxfattribs={"insert": (5, 6)}), "POINT (5 6)"),
        (lambda m: m.add_mtext("x", dxfattribs={"insert": (5, 6)}), "POINT (5 6)"),
    ],
)  # fmt: skip
def test_straight_kinds(tmp_path: Path, draw: Draw, wkt: str) -> None:
    shape, _ = one(tmp_path, draw)
    assert_same(shape, wkt)


@pytest.mark.parametrize("radius", [0.05, 1, 30, 5_000])
def test_circles_keep_the_tolerance(tmp_path: Path, radius: float) -> None:
    shape, _ = one(tmp_path, lambda m: m.add_circle((700_000, 9_300_000), radius))
    assert shape.geom_type == "Polygon"
    centre = shapely.Point(700_000, 9_300_000)
    assert shape.exterior.distance(centre) >= radius - TOLERANCE - 1e-6
    assert shape.area >= 0.95 * math.pi * radius**2
    assert (
        shapely.hausdorff_distance(shape.exterior, centre.buffer(radius, 2_000).exterior)
        <= TOLERANCE + 1e-3
    )


def test_arcs_keep_the_tolerance_and_their_ends(tmp_path: Path) -> None:
    shape, _ = one(tmp_path, lambda m: m.add_arc((0, 0), 2_000, 350, 80))
    start, end = shape.coords[0], shape.coords[-1]
    assert start == pytest.approx(on_circle(2_000, 350))
    assert end == pytest.approx(on_circle(2_000, 80))
    middles = shapely.get_coordinates(shape)
    middles = (middles[1:] + middles[:-1]) / 2
    assert (2_000 - (middles**2).sum(axis=1) ** 0.5).max() <= TOLERANCE


@pytest.mark.parametrize("bulge", [1.0, -1.0, 0.3, -0.3, 2.5, -7.0, 1e-3])
def test_bulges_run_on_the_arc_that_ezdxf_computes(bulge: float) -> None:
    start, end = (10.0, 20.0), (400.0, -50.0)
    centre, first, last, radius = bulge_to_arc(start, end, bulge)
    points = bulged_points([(*start, bulge), (*end, 0.0)], False)
    assert (points[0], points[-1]) == (start, end)
    span = (last - first) % math.tau
    for x, y in points:
        assert math.dist((x, y), tuple(centre)) == pytest.approx(radius)
        angle = (math.atan2(y - centre.y, x - centre.x) - first) % math.tau
        assert min(angle, math.tau - angle) < 1e-6 or angle <= span + 1e-6


def test_a_closed_polyline_with_a_bulge_is_a_round_area(tmp_path: Path) -> None:
    vertices = [(0, 0, 1), (10, 0, 1)]
    shape, _ = one(tmp_path, lambda m: m.add_lwpolyline(vertices, format="xyb", close=True))
    assert shape.area == pytest.approx(math.pi * 25, rel=0.03)


def test_ellipses_and_splines(tmp_path: Path) -> None:
    shape, _ = one(tmp_path, lambda m: m.add_ellipse((0, 0), (30, 0), 0.5))
    assert (shape.geom_type, shape.bounds) == (
        "Polygon",
        pytest.approx((-30, -15, 30, 15), abs=0.1),
    )
    assert shape.area == pytest.approx(math.pi * 30 * 15, rel=0.01)
    shape, _ = one(tmp_path, lambda m: m.add_ellipse((0, 0), (30, 0), 0.5, 0, math.pi))
    assert shape.geom_type == "LineString"
    fits = [(0, 0), (10, 10), (20, 0), (30, 10)]
    shape, _ = one(tmp_path, lambda m: m.add_spline(fits))
    assert shape.geom_type == "LineString"
    assert all(shape.distance(shapely.Point(fit)) <= TOLERANCE for fit in fits)
    ring = [(x, y, 0) for x, y in [*fits, (15, -10)]]
    shape, _ = one(tmp_path, lambda m: m.add_spline().set_closed(ring))
    assert shape.geom_type == "Polygon"


def test_hatches_have_holes_and_islands(tmp_path: Path) -> None:
    def draw(model: Any) -> None:
        hatch = model.add_hatch()
        for size in (10, 6, 2):
            ring = [(-size, -size), (size, -size), (size, size), (-size, size)]
            hatch.paths.add_polyline_path(ring, is_closed=True)

    shape, _ = one(tmp_path, draw)
    assert shape.area == 400 - 144 + 16


def test_hatches_with_edges_of_every_kind(tmp_path: Path) -> None:
    def draw(model: Any) -> None:
        path = model.add_hatch().paths.add_edge_path()
        path.add_line((0, 0), (10, 0))
        path.add_arc((10, 5), 5, 270, 90)
        path.add_ellipse((5, 10), (5, 0), 0.4, 0, 180)
        path.add_line((0, 10), (0, 0))

    shape, _ = one(tmp_path, draw)
    assert shape.is_valid
    assert shape.area == pytest.approx(100 + math.pi * 25 / 2 + math.pi * 5 * 2 / 2, rel=0.02)


def test_meshes_are_their_footprint(tmp_path: Path) -> None:
    def draw(model: Any) -> None:
        mesh = model.add_mesh()
        with mesh.edit_data() as data:
            data.vertices = [(0, 0, 0), (4, 0, 1), (4, 4, 2), (0, 4, 3), (8, 0, 0), (8, 4, 0)]
            data.faces = [(0, 1, 2, 3), (1, 4, 5, 2)]

    shape, _ = one(tmp_path, draw)
    assert shape.area == 32
    face = [(0, 0, 0), (4, 0, 9), (4, 4, 9), (0, 4, 0)]
    shape, _ = one(tmp_path, lambda m: m.add_polyface().append_face(face))
    assert shape.area == 16


def test_drawn_upside_down(tmp_path: Path) -> None:
    shape, _ = one(
        tmp_path,
        lambda m: m.add_lwpolyline(SQUARE[:3], dxfattribs={"extrusion": (0, 0, -1)}),
    )
    assert_same(shape, "LINESTRING (0 0, -4 0, -4 4)")
