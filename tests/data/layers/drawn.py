"""Drawings that tests draw themselves, read as layers."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import shapely

from data.layers.formats import dxf
from data.layers.model import Choice, RawLayer

Draw = Callable[[Any], object]
SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]


def read_drawn(folder: Path, draw: Draw, **options: Any) -> RawLayer:
    document = ezdxf.new("R2018", setup=True)
    draw(document)
    path = folder / "denah.dxf"
    document.saveas(path, **options)
    return dxf.read(path, Choice())


def one(folder: Path, draw: Draw) -> tuple[Any, dict[str, Any]]:
    layer = read_drawn(folder, lambda document: draw(document.modelspace()))
    assert len(layer.shapes) == 1
    return layer.shapes[0], {name: column[0] for name, column in layer.columns.items()}


def counted(layer: RawLayer) -> dict[str, int]:
    return {note.kind: note.count for note in layer.notes}


def assert_same(shape: Any, wkt: str) -> None:
    assert shapely.normalize(shape).equals_exact(shapely.normalize(shapely.from_wkt(wkt)), 1e-6), (
        shape.wkt
    )


def on_circle(radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return radius * math.cos(angle), radius * math.sin(angle)


def draw_blocks(document: Any) -> None:
    """A part in a group, which is turned by 90 degrees and twice as wide as high."""
    document.layers.add("POMPA", color=1)
    part = document.blocks.new("PART", base_point=(1, 1))
    part.add_line((1, 1), (2, 1), dxfattribs={"layer": "0", "color": 0})
    part.add_circle((1, 1), 1, dxfattribs={"layer": "PIPA", "color": 5})
    part.add_attdef("KODE", (1, 1))
    group = document.blocks.new("GROUP")
    group.add_blockref("PART", (10, 0), dxfattribs={"xscale": 2, "yscale": 2, "color": 0})
    insert = document.modelspace().add_blockref(
        "GROUP",
        (100, 200),
        dxfattribs={"layer": "POMPA", "xscale": 2, "yscale": 1, "rotation": 90},
    )
    insert.add_attrib("NAMA", "Pluit", (100, 200))
    insert.add_attrib("KAPASITAS", "12.5", (100, 200))
