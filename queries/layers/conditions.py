"""What a filter may ask of other layers and of areas drawn on the map, and how a URL writes it."""

import math
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

KINDS = ("near", "far", "inside", "outside")
AREA_KINDS = ("polygon", "circle", "corridor")
LARGEST_METRES = 50_000.0
MOST_POINTS = 300  # with each comma escaped the address still fits the 8,190 bytes of servers
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)

Position = tuple[float, float]  # longitude, latitude


class ConditionError(ValueError):
    """A condition that means nothing; the message names it and the remedy."""


@dataclass(frozen=True)
class LayerCondition:
    """Complaints near, far from, inside or outside the features of a layer.

    With `field`, of those features alone whose property is written as `value`. 'near' is within
    `metres`, 'far' is beyond; who touches is inside.
    """

    kind: str  # one of KINDS
    layer: str
    metres: float | None = None  # of near and far
    field: str | None = None
    value: str | None = None

    @classmethod
    def from_text(cls, kind: str, text: str) -> Self:
        """Read what `str()` writes, such as `pumps:200` or `pumps:200:state=broken`."""
        layer, *parts = text.split(":")
        if not _CODE.fullmatch(layer):
            raise ConditionError(f"{kind} {text[:80]!r} does not begin with the code of a layer")
        metres = None
        if kind in ("near", "far"):
            metres = _metres(kind, text, parts.pop(0) if parts else "")
        if len(parts) > 1 or (parts and "=" not in parts[0]):
            raise ConditionError(f"{kind} {text[:80]!r} is not written as {_EXAMPLES[kind]}")
        if not parts:
            return cls(kind, layer, metres)
        field, _, value = parts[0].partition("=")
        return cls(kind, layer, metres, unquote(field), unquote(value))

    def __str__(self) -> str:
        parts = [self.layer]
        if self.metres is not None:
            parts.append(_number(self.metres))
        if self.field is not None:
            parts.append(f"{_escape(self.field)}={_escape(self.value or '')}")
        return ":".join(parts)


@dataclass(frozen=True)
class Area:
    """A polygon, a circle around one point, or a corridor along a line; drawn on the map."""

    kind: str  # one of AREA_KINDS
    points: tuple[Position, ...]
    metres: float | None = None  # radius of a circle; half the width of a corridor

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str()` writes: `circle:106.8,-6.2;500`, metres last."""
        kind, _, rest = text.partition(":")
        if kind not in AREA_KINDS:
            raise ConditionError(f"area {text[:80]!r} is not one of {', '.join(AREA_KINDS)}")
        parts = rest.split(";")
        metres = _metres("area", text, parts.pop()) if kind != "polygon" else None
        points = tuple(_position(text, part) for part in parts)
        low, high = {"polygon": (3, MOST_POINTS), "circle": (1, 1), "corridor": (2, MOST_POINTS)}[
            kind
        ]
        if not low <= len(points) <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            raise ConditionError(f"area {text[:80]!r} has {len(points)} points; use {wanted}")
        return cls(kind, points, metres)

    def __str__(self) -> str:
        parts = [f"{_degrees(lon)},{_degrees(lat)}" for lon, lat in self.points]
        if self.metres is not None:
            parts.append(_number(self.metres))
        return f"{self.kind}:{';'.join(parts)}"


_EXAMPLES = {
    "near": "pumps:200 or pumps:200:state=broken",
    "far": "roads:100 or roads:100:class=primary",
    "inside": "flood or flood:depth=2",
    "outside": "flood or flood:depth=2",
}


def _metres(key: str, text: str, written: str) -> float:
    try:
        metres = float(written)
    except ValueError:
        metres = math.nan
    if not 0 <= metres <= LARGEST_METRES:
        raise ConditionError(
            f"{key} {text[:80]!r} needs metres from 0 to {LARGEST_METRES:.0f}, "
            f"as in {_EXAMPLES.get(key, 'circle:106.8,-6.2;500').split(' or ')[0]}"
        )
    return metres


def _position(text: str, written: str) -> Position:
    try:
        longitude, latitude = (float(part) for part in written.split(","))
    except ValueError:
        longitude = latitude = math.nan
    if not (-360 <= longitude <= 360 and -90 <= latitude <= 90):
        raise ConditionError(
            f"area {text[:80]!r} has the point {written[:40]!r}; "
            "write longitude,latitude in degrees, such as 106.8,-6.2"
        )
    return longitude, latitude


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _degrees(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A").replace("=", "%3D")
