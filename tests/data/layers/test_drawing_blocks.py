"""Blocks in blocks, what is hidden, and what the attributes of a drawing become."""

from collections import Counter
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely

from data.layers.formats import dxf
from data.layers.model import Choice, LayerError
from tests.data.layers.drawn import (
    SQUARE,
    assert_same,
    counted,
    draw_blocks,
    read_drawn,
)


def test_blocks_in_blocks_stand_where_they_are_put(tmp_path: Path) -> None:
    layer = read_drawn(tmp_path, draw_blocks)
    by_kind = {kind: place for place, kind in enumerate(layer.columns["entity"])}
    line, circle = layer.shapes[by_kind["LINE"]], layer.shapes[by_kind["ELLIPSE"]]
    # (1, 1) is the part's origin: (10, 0) in the group, (20, 0) widened, (0, 20) turned.
    assert_same(line, "LINESTRING (100 220, 100 224)")
    assert circle.bounds == pytest.approx((98, 216, 102, 224), abs=0.1)
    assert layer.columns["layer"][by_kind["LINE"]] == "POMPA"
    assert layer.columns["colour"][by_kind["LINE"]] == "#ff0000"
    assert layer.columns["layer"][by_kind["ELLIPSE"]] == "PIPA"
    assert layer.columns["colour"][by_kind["ELLIPSE"]] == "#0000ff"
    assert layer.columns["block"][by_kind["LINE"]] == "PART"
    assert layer.columns["NAMA"] == ["Pluit"] * 4
    assert layer.columns["KAPASITAS"] == [12.5] * 4
    assert len(set(layer.columns["handle"])) == 1
    assert sorted(filter(None, layer.columns["tag"])) == ["KAPASITAS", "NAMA"]
    assert sorted(filter(None, layer.columns["text"])) == ["12.5", "Pluit"]


def test_arrays_of_blocks(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.blocks.new("TITIK").add_point((0, 0))
        array = {"row_count": 2, "column_count": 3, "row_spacing": 10, "column_spacing": 5}
        document.modelspace().add_blockref("TITIK", (1, 1), dxfattribs=array)

    layer = read_drawn(tmp_path, draw)
    found = sorted(map(tuple, shapely.get_coordinates(layer.shapes).round(6).tolist()))
    assert found == sorted(
        (1 + 5 * column, 1 + 10 * row) for column in range(3) for row in range(2)
    )


def test_a_block_without_anything_is_its_place(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.blocks.new("KOSONG")
        document.modelspace().add_blockref("KOSONG", (7, 8))

    layer = read_drawn(tmp_path, draw)
    assert_same(layer.shapes[0], "POINT (7 8)")
    assert layer.columns["block"] == ["KOSONG"]


def test_blocks_that_hold_themselves_are_refused(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.blocks.new("A").add_blockref("B", (0, 0))
        document.blocks.new("B").add_blockref("A", (0, 0))
        document.modelspace().add_blockref("A", (0, 0))

    with pytest.raises(LayerError, match=r"denah.dxf puts blocks into blocks without end"):
        read_drawn(tmp_path, draw)


def test_hidden_parts_are_counted_not_read(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.layers.add("MATI").off()
        document.layers.add("BEKU").freeze()
        block = document.blocks.new("DUA")
        block.add_point((0, 0), dxfattribs={"layer": "MATI"})
        block.add_point((1, 1), dxfattribs={"layer": "NYALA"})
        model = document.modelspace()
        model.add_point((2, 2), dxfattribs={"layer": "MATI"})
        model.add_point((3, 3), dxfattribs={"layer": "beku"})
        model.add_point((4, 4), dxfattribs={"invisible": 1})
        model.add_blockref("DUA", (0, 0), dxfattribs={"layer": "MATI"})
        model.add_blockref("DUA", (0, 0), dxfattribs={"layer": "BEKU"})
        document.layout("Layout1").add_line((0, 0), (1, 1))

    layer = read_drawn(tmp_path, draw)
    assert [shape.wkt for shape in layer.shapes] == ["POINT (1 1)"]
    assert counted(layer) == {"hidden": 6}


def test_what_has_no_shape_is_told_by_an_empty_one(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.modelspace().add_ray((0, 0), (1, 0))
        document.modelspace().add_xline((0, 0), (1, 0))

    assert list(read_drawn(tmp_path, draw).shapes) == [None, None]


def test_heights_become_an_attribute(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        model = document.modelspace()
        model.add_lwpolyline(SQUARE, dxfattribs={"elevation": 12.5})
        model.add_polyline3d([(0, 0, 1), (1, 1, 2)])

    layer = read_drawn(tmp_path, draw)
    assert layer.columns["elevation"] == [12.5, None]
    assert counted(layer) == {"flattened": 2}
    assert not shapely.has_z(layer.shapes).any()


def test_dimensions_leaders_and_multilines_are_taken_apart(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        model = document.modelspace()
        model.add_linear_dim(base=(0, 5), p1=(0, 0), p2=(10, 0)).render()
        model.add_leader([(0, 0), (5, 5)])
        model.add_mline([(0, 0), (10, 0)])

    kinds = Counter(read_drawn(tmp_path, draw).columns["entity"])
    assert kinds["DIMENSION"] > 3
    assert kinds["LEADER"] >= 1
    assert kinds["MLINE"] >= 2


def test_texts_and_colours(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        model = document.modelspace()
        model.add_text("Jalan %%d Raya", dxfattribs={"color": 3})
        model.add_mtext("{\\C1;Kali} \\PCiliwung", dxfattribs={"true_color": 0x102030})

    layer = read_drawn(tmp_path, draw)
    assert layer.columns["text"] == ["Jalan ° Raya", "Kali \nCiliwung"]
    assert layer.columns["colour"] == ["#00ff00", "#102030"]


def test_binary_and_old_dxf(tmp_path: Path) -> None:
    binary = read_drawn(tmp_path, draw_blocks, fmt="bin")
    assert len(binary.shapes) == 4
    old = ezdxf.new("R12")
    old.modelspace().add_circle((0, 0), 1)
    old.saveas(tmp_path / "lama.dxf")
    assert len(dxf.read(tmp_path / "lama.dxf", Choice()).shapes) == 1


GEODATA = """<?xml version="1.0" encoding="UTF-16" standalone="no" ?>
<Dictionary version="1.0" xmlns="http://www.osgeo.org/mapguide/coordinatesystem">
<Alias id="32748" type="CoordinateSystem"><ObjectId>UTM84-48S</ObjectId>
<Namespace>EPSG Code</Namespace></Alias>
<Axis uom="METER">
<CoordinateSystemAxis><AxisOrder>1</AxisOrder><AxisName>Easting</AxisName>
<AxisAbbreviation>E</AxisAbbreviation><AxisDirection>east</AxisDirection></CoordinateSystemAxis>
<CoordinateSystemAxis><AxisOrder>2</AxisOrder><AxisName>Northing</AxisName>
<AxisAbbreviation>N</AxisAbbreviation><AxisDirection>north</AxisDirection></CoordinateSystemAxis>
</Axis></Dictionary>"""


def test_geographic_data_say_where_it_is(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        model = document.modelspace()
        model.add_point((10, 20))
        geodata = model.new_geodata()
        geodata.setup_local_grid(
            design_point=(0, 0), reference_point=(702_000, 9_317_000), north_direction=(-1, 0)
        )
        geodata.coordinate_system_definition = GEODATA

    layer = read_drawn(tmp_path, draw)
    assert layer.crs == "EPSG:32748"
    assert shapely.get_coordinates(layer.shapes).tolist() == [pytest.approx([702_020, 9_316_990])]
