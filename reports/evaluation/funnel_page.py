"""The funnel plot: who differs from the city beyond chance, whatever their number of cases."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from data.i18n import format_number
from data.i18n import gettext as _
from queries.evaluation.model import FunnelPoint
from reports.evaluation.material import Material
from reports.printable import printable

_WIDTH, _HEIGHT = 160.0, 112.0  # mm, of the plot within its axes
_LETTER, _LINE = 1.25, 3.2  # mm, about, of a label
_LONGEST_LABEL = 30
_MOST_LABELS = 24
_STEPS = (1, 2, 5)
_NEIGHBOURS = 5  # at either side

Box = tuple[float, float, float, float]


def funnel_plot(material: Material) -> dict[str, Any] | None:
    """None where no unit is ranked."""
    funnel = material.evaluation.funnel
    if not funnel.points:
        return None
    points = sorted(funnel.points, key=lambda point: (point.expected, point.code))
    scale = _Scale(points)
    names = {code: subject.name for code, subject in material.subjects.items()}
    return {
        "title": _("Who differs beyond chance"),
        "alt": _alt(points),
        "width": _WIDTH,
        "height": _HEIGHT,
        "x_title": _("Cases expected on time for the unit's mix of services (logarithmic)"),
        "y_title": _("On time ÷ expected"),
        "x_ticks": [[scale.x(tick), format_number(tick)] for tick in scale.x_ticks()],
        "y_ticks": [[scale.y(tick), format_number(tick, 1)] for tick in scale.y_ticks()],
        "one": scale.y(1.0),
        "lines": [
            {
                "dash": dash,
                "points": [
                    [scale.x(point.expected), scale.y(end)]
                    for point, end in zip(points, _evened(points, name), strict=True)
                ],
            }
            for name, dash in (
                ("low95", True),
                ("high95", True),
                ("low998", False),
                ("high998", False),
            )
        ],
        "points": [[scale.x(p.expected), scale.y(p.ratio), p.differs] for p in points],
        "labels": _labels(points, names, scale),
        "legend": [
            ["better", _("better than the city, beyond 99.8%")],
            ["as_expected", _("within what chance explains")],
            ["worse", _("worse than the city, beyond 99.8%")],
        ],
        "line_legend": [[True, _("95% limits")], [False, _("99.8% limits")]],
        "notes": _notes(material),
    }


class _Scale:
    """From expected cases (logarithmic) and ratios to millimetres from the upper left."""

    def __init__(self, points: Sequence[FunnelPoint]) -> None:
        expected = [max(point.expected, 0.1) for point in points]
        self.first, self.last = min(expected) / 1.15, max(expected) * 1.15
        tops = [max(point.ratio, min(point.high998, 3.0)) for point in points]
        self.top = math.ceil(max([1.2, *tops]) * 10) / 10
        self.bottom = math.floor(min(min(p.ratio, max(p.low998, 0.0)) for p in points) * 10) / 10
        self.bottom = max(0.0, min(self.bottom, 0.8))

    def x(self, expected: float) -> float:
        along = math.log(max(expected, 0.1) / self.first) / math.log(self.last / self.first)
        return round(_WIDTH * along, 2)

    def y(self, ratio: float) -> float:
        kept = min(max(ratio, self.bottom), self.top)
        return round(_HEIGHT * (self.top - kept) / (self.top - self.bottom), 2)

    def x_ticks(self) -> list[float]:
        powers = range(math.floor(math.log10(self.first)), math.ceil(math.log10(self.last)) + 1)
        ticks = [step * 10.0**power for power in powers for step in _STEPS]
        return [tick for tick in ticks if tick >= 1 and self.first <= tick <= self.last]

    def y_ticks(self) -> list[float]:
        height = self.top - self.bottom
        step = 0.1 if height <= 1 else 0.2 if height <= 2 else 0.5
        first = math.ceil(self.bottom / step - 1e-9)
        return [round(i * step, 1) for i in range(first, math.floor(self.top / step + 1e-9) + 1)]


def _evened(points: Sequence[FunnelPoint], name: str) -> list[float]:
    """Medians of neighbours: what rises or falls stays; what the mix of services adds does not."""
    limits = [getattr(point, name) for point in points]
    reach = [min(place, len(limits) - 1 - place, _NEIGHBOURS) for place in range(len(limits))]
    return [median(limits[at - near : at + near + 1]) for at, near in enumerate(reach)]


def _labels(
    points: Sequence[FunnelPoint], names: dict[str, str], scale: _Scale
) -> list[dict[str, Any]]:
    """Names beside those that differ, the most unusual first. One that would cover another, or
    another such mark, is left out, and stands in the table."""
    unusual = [point for point in points if point.differs != "as_expected"]
    usual = [point for point in points if point.differs == "as_expected"]
    named = unusual if len(points) > _MOST_LABELS else points  # a few can all be named
    usual_boxes = [_mark_box(point, scale) for point in usual]
    taken = [_mark_box(point, scale) for point in unusual]
    found: list[dict[str, Any]] = []
    for point in sorted(named, key=lambda p: (-abs(p.z), p.code))[:_MOST_LABELS]:
        text = printable(names.get(point.code, point.code), longest=_LONGEST_LABEL)
        x, y = scale.x(point.expected), scale.y(point.ratio)
        places = list(_places(x, y, _LETTER * len(text)))
        free = [box for box in places if _fits(box, taken)]
        if not free:
            continue
        box = next((box for box in free if _fits(box, usual_boxes)), free[0])
        taken.append(box)
        left, top, right, bottom = (round(side, 2) for side in box)
        size = {"width": round(right - left, 2), "height": round(bottom - top, 2)}
        found.append({"x": left, "y": top, **size, "left": left < x, "text": text})
    return found


def _mark_box(point: FunnelPoint, scale: _Scale) -> Box:
    x, y = scale.x(point.expected), scale.y(point.ratio)
    return (x - 1.1, y - 1.1, x + 1.1, y + 1.1)


def _places(x: float, y: float, width: float) -> Iterable[Box]:
    for left in (x + 1.8, x - 1.8 - width):
        for top in (y - _LINE / 2, y - _LINE - 0.6, y + 0.6):
            yield (left, top, left + width, top + _LINE)


def _fits(box: Box, taken: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > _WIDTH or bottom > _HEIGHT:
        return False
    return not any(
        left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
        for other in taken
    )


def _notes(material: Material) -> list[str]:
    funnel = material.evaluation.funnel
    notes = [
        _(
            "Each mark is a ranked unit. Between the lines lies what luck alone makes of equal"
            " work: the fewer cases, the wider. Only units beyond the outer lines are called"
            " different."
        ),
        _(
            "Better is only who is so with the evidence for it: closings that were quick and not"
            " proven count as usual, and gains as far as closings are proven and citizens content."
        ),
    ]
    if len(funnel.points) > 2:
        notes.append(
            _(
                "A unit's own limits follow from its services as well. The lines run evenly through"
                " them; the workbook lists them."
            )
        )
    if funnel.is_overdispersed:
        notes.append(
            _(
                "Units vary more than luck explains; the limits are widened for it (factor of the"
                " variance φ = {phi})."
            ).format(phi=format_number(funnel.phi, 2))
        )
    return notes


def _alt(points: Sequence[FunnelPoint]) -> str:
    better = sum(point.differs == "better" for point in points)
    worse = sum(point.differs == "worse" for point in points)
    return _(
        "Funnel plot of {n} ranked units: {better} better and {worse} worse than the city beyond"
        " 99.8% limits. The table of all units has the same numbers."
    ).format(n=format_number(len(points)), better=format_number(better), worse=format_number(worse))
