"""Arcs as lines that are never farther from them than a tolerance."""

import math
from collections.abc import Iterable, Sequence

TOLERANCE = 0.1  # drawing units between a curve and the lines that stand for it, at most
ROUGHEST = math.pi / 8  # of an arc in one line: small circles keep their shape
_MOST = 4_096  # lines of an arc; those that need more have a radius of thousands of kilometres
_STRAIGHT = 1e-9  # a bulge below it is none

Point = tuple[float, float]


def sagitta(size: float) -> float:
    """The tolerance of a curve of that radius; small ones are drawn finer than the general one."""
    return min(TOLERANCE, size * (1 - math.cos(ROUGHEST / 2)))


def arc_points(centre: Point, radius: float, start: float, span: float) -> list[Point]:
    """From angle `start` on, `span` radians counter-clockwise, with both ends."""
    step = ROUGHEST
    if radius > 0:
        step = min(step, 2 * math.acos(max(-1.0, 1 - sagitta(radius) / radius)))
    count = min(_MOST, max(2, math.ceil(abs(span) / step))) if step > 0 else _MOST
    x, y = centre
    return [
        (
            x + radius * math.cos(start + span * place / count),
            y + radius * math.sin(start + span * place / count),
        )
        for place in range(count + 1)
    ]


def bulged_points(vertices: Sequence[tuple[float, float, float]], closed: bool) -> list[Point]:
    """A polyline of x, y and bulge (tangent of a quarter of the arc to the next vertex)."""
    points: list[Point] = [vertices[0][:2]] if vertices else []
    following: Iterable[tuple[float, float, float]] = vertices[1:]
    if closed:
        following = [*vertices[1:], vertices[0]] if vertices else []
    x, y, bulge = vertices[0] if vertices else (0.0, 0.0, 0.0)
    for next_x, next_y, next_bulge in following:
        if abs(bulge) > _STRAIGHT and (next_x, next_y) != (x, y):
            points += _bulge((x, y), (next_x, next_y), bulge)
        points.append((next_x, next_y))
        x, y, bulge = next_x, next_y, next_bulge
    return points


def _bulge(start: Point, end: Point, bulge: float) -> list[Point]:
    """The points between the ends."""
    side = (1 - bulge * bulge) / (4 * bulge)
    dx, dy = end[0] - start[0], end[1] - start[1]
    centre = ((start[0] + end[0]) / 2 - dy * side, (start[1] + end[1]) / 2 + dx * side)
    angle = math.atan2(start[1] - centre[1], start[0] - centre[0])
    radius = math.dist(start, centre)
    return arc_points(centre, radius, angle, 4 * math.atan(bulge))[1:-1]
