"""Shapes of KML elements."""

import re
from typing import Any
from xml.etree.ElementTree import Element

import shapely

_AROUND_COMMA = re.compile(r"\s*,\s*")
_Places = list[tuple[float, ...]]


def shape_of(placemark: Element) -> Any:
    """The shape of a placemark, with heights where it says them; None where it has none."""
    shapes = [shape for child in placemark if (shape := _shape(child)) is not None]
    return _together(shapes)


def _together(shapes: list[Any]) -> Any:
    if len(shapes) > 1:
        return shapely.GeometryCollection(shapes)
    return shapes[0] if shapes else None


def _shape(element: Element) -> Any:
    tag = _local(element)
    if tag == "Point":
        places = _coordinates(element)
        return shapely.Point(places[0]) if places else None
    if tag in ("LineString", "LinearRing"):
        places = _coordinates(element)
        return shapely.LineString(places) if len(places) > 1 else None
    if tag == "Polygon":
        return _polygon(element)
    if tag in ("MultiGeometry", "MultiTrack"):
        return _together([shape for child in element if (shape := _shape(child)) is not None])
    if tag == "Track":
        places = _track(element)
        return shapely.LineString(places) if len(places) > 1 else None
    return None


def _polygon(element: Element) -> Any:
    outer, holes = None, []
    for border in element:
        side = _local(border)
        for ring in border:
            places = _coordinates(ring)
            if len(places) < 3:
                continue
            if side == "outerBoundaryIs":
                outer = places
            elif side == "innerBoundaryIs":
                holes.append(places)
    return shapely.Polygon(outer, holes) if outer else None


def _coordinates(element: Element) -> _Places:
    for child in element:
        if _local(child) == "coordinates":
            text = _AROUND_COMMA.sub(",", (child.text or "").strip())
            return _same_width([_place(part.split(",")) for part in text.split()])
    return []


def _track(element: Element) -> _Places:
    coords = [child.text or "" for child in element if _local(child) == "coord"]
    return _same_width([_place(text.split()) for text in coords if text.strip()])


def _place(numbers: list[str]) -> tuple[float, ...]:
    """Longitude, latitude and height; not a number where the text is none: it counts as such."""
    try:
        place = tuple(float(number) for number in numbers[:3] if number)
    except ValueError:
        place = ()
    return place if len(place) >= 2 else (float("nan"), float("nan"))


def _same_width(places: _Places) -> _Places:
    """Heights for all, or for none."""
    if len({len(place) for place in places}) < 2:
        return places
    return [(*place, 0.0)[:3] for place in places]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
