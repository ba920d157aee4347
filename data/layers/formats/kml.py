"""KML: the placemarks of all folders, with the names of their folders."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

import numpy as np

from data.layers.formats.kml_shapes import shape_of
from data.layers.formats.values import column_of
from data.layers.limits import LIMITS
from data.layers.model import Choice, Field, LayerError, LayerInfo, Note, RawLayer

_TEXTS = ("name", "description", "address", "phoneNumber")
_TIMES = {"when": "timestamp", "begin": "begin", "end": "end"}
_FOLDERS = ("Document", "Folder")
_BLOCK = 1 << 20
_TRUE = {"1": True, "true": True, "0": False, "false": False}
_WHOLE = ("int", "uint", "short", "ushort")


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    count, has_shapes, links = _count(path)
    if links and not count:
        raise LayerError(
            "{name} only points to other sources; give the data themselves", name=path.name
        )
    return (LayerInfo(path.stem, None if has_shapes else "None", count),)


def read(path: Path, choice: Choice) -> RawLayer:
    """Always in WGS 84. Raises LayerError."""
    shapes: list[Any] = []
    rows: list[dict[str, Any]] = []
    try:
        for row, shape in _placemarks(path):
            rows.append(row)
            shapes.append(shape)
            if len(rows) > LIMITS.features:
                raise LayerError(
                    "{name} holds more than {limit} features; give a part of it",
                    name=path.name,
                    limit=LIMITS.features,
                )
    except ParseError as error:
        raise LayerError(
            "{name} is not whole XML: {reason}", name=path.name, reason=error
        ) from error
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, list[Any]] = {}
    fields, recoded = [], 0
    for name in names:
        columns[name], kind, mended = column_of([row.get(name) for row in rows], "")
        fields.append(Field(name, kind))
        recoded += mended
    notes = (Note("recoded", recoded),) if recoded else ()
    return RawLayer(found, columns, tuple(fields), "EPSG:4326", notes)


def _count(path: Path) -> tuple[int, bool, int]:
    """Placemarks in the file, of which one within another is none; whether any has coordinates;
    and links to other sources.
    """
    count, depth, has_shapes, links = 0, 0, False, 0

    def enter(tag: str, _: object) -> None:
        nonlocal count, depth, has_shapes, links
        name = tag.rpartition(":")[2]
        if name == "Placemark":
            count += depth == 0
            depth += 1
        elif name in ("coordinates", "coord"):
            has_shapes = True
        links += name == "NetworkLink"

    def leave(tag: str) -> None:
        nonlocal depth
        depth -= tag.rpartition(":")[2] == "Placemark"

    parser = expat.ParserCreate()
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            parser.Parse(block, False)
    return count, has_shapes, links


def _placemarks(path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Properties and shape of each placemark."""
    open_elements: list[Element] = []
    folders: list[str] = []
    types: dict[str, str] = {}
    for event, element in iterparse(path, events=("start", "end")):
        tag = local_name(element)
        if event == "start":
            open_elements.append(element)
            if tag in _FOLDERS:
                folders.append("")
            continue
        open_elements.pop()
        parent = open_elements[-1] if open_elements else None
        if tag in _FOLDERS:
            folders.pop()
        elif tag == "name" and parent is not None and local_name(parent) == "Folder":
            folders[-1] = (element.text or "").strip()
        elif tag == "SimpleField":
            types[element.get("name", "")] = element.get("type", "string")
        elif tag == "Placemark":
            if any(local_name(one) == "Placemark" for one in open_elements):
                continue
            yield _properties(element, [name for name in folders if name], types), shape_of(element)
        if parent is not None and tag in (*_FOLDERS, "Placemark", "Style"):
            parent.remove(element)  # else the whole file stays in memory


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _properties(placemark: Element, folders: list[str], types: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if placemark.get("id"):
        row["id"] = placemark.get("id")
    for child in placemark:
        tag = local_name(child)
        if tag in _TEXTS:
            row[tag] = (child.text or "").strip() or None
        elif tag in ("TimeStamp", "TimeSpan"):
            for time in child:
                if name := _TIMES.get(local_name(time)):
                    row[name] = (time.text or "").strip() or None
        elif tag == "ExtendedData":
            row.update(_extended(child, types))
    if folders:
        row["folder"] = " / ".join(folders)
    return row


def _extended(data: Element, types: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for element in data.iter():
        name = element.get("name")
        if name is None:
            continue
        tag = local_name(element)
        if tag == "Data":
            value = next((one for one in element if local_name(one) == "value"), None)
            yield name, (value.text or "").strip() if value is not None else None
        elif tag == "SimpleData":
            yield name, _typed((element.text or "").strip(), types.get(name, "string"))


def _typed(text: str, kind: str) -> Any:
    """By the type of its schema; the text itself where it is not of that type."""
    if not text:
        return None
    try:
        if kind in _WHOLE:
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    return _TRUE.get(text.lower(), text) if kind == "bool" else text
