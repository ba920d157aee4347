"""DXF and DWG that we draw ourselves: every kind, blocks in blocks, what is hidden, bad files."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdwg
import ezdxf
import pytest
import shapely
from ezdxf.math import bulge_to_arc

from data.layers.formats import dwg, dxf
from data.layers.formats.curves import TOLERANCE, bulged_points
from data.layers.model import Choice, LayerError, RawLayer

Draw = Callable[[Any], object]


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


SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]


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
    assert start == pytest.approx(_on_circle(2_000, 350))
    assert end == pytest.approx(_on_circle(2_000, 80))
    middles = shapely.get_coordinates(shape)
    middles = (middles[1:] + middles[:-1]) / 2
    assert (2_000 - (middles**2).sum(axis=1) ** 0.5).max() <= TOLERANCE


def _on_circle(radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return radius * math.cos(angle), radius * math.sin(angle)


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"0\nSECTION\n2\nENTITIES\n0\nLINE\n", "is cut off: a DXF drawing ends with EOF"),
        (b"0\nSECTION\nabc\nHEADER\nxyz\n0\nEOF\n", "damaged DXF drawing"),
        (b"AutoCAD Binary DXF\r\n\x1a\0\x01\x02\x03EOF\0", "damaged DXF drawing"),
    ],
)
def test_bad_dxf_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "rusak.dxf"
    path.write_bytes(content)
    with pytest.raises(LayerError, match=sentence) as refusal:
        dxf.read(path, Choice())
    assert "\n" not in str(refusal.value)


def draw_dwg(path: Path) -> Path:
    drawing = ezdwg.new()
    part = drawing.blocks.new("PART", base_point=(1, 1, 0))
    part.add_line((1, 1), (2, 1))
    part.add_circle((1, 1), 1)
    group = drawing.blocks.new("GROUP")
    group.add_blockref("PART", insert=(10, 0))
    model = drawing.modelspace()
    insert = model.add_blockref("GROUP", insert=(100, 200), rotation=90)
    model.add_attrib(insert, "NAMA", "Pluit", insert=(100, 200), height=1)
    model.add_line((0, 0), (3, 4))
    model.add_arc((0, 0), 2_000, 350, 80)
    model.add_lwpolyline([(0, 0), (4, 0), (4, 4)], closed=True)
    model.add_text("Kali", (5, 6), height=1)
    drawing.save(path)
    return path


def test_dwg_blocks_stand_where_they_are_put(tmp_path: Path) -> None:
    layer = dwg.read(draw_dwg(tmp_path / "denah.dwg"), Choice())
    rows = list(zip(layer.columns["entity"], layer.columns["block"], layer.shapes, strict=True))
    shapes = {(kind, block): shape for kind, block, shape in rows}
    assert len(rows) == 7
    assert layer.crs is None
    assert_same(shapes["LINE", "PART"], "LINESTRING (100 210, 100 211)")
    assert shapes["CIRCLE", "PART"].bounds == pytest.approx((99, 209, 101, 211), abs=0.02)
    assert_same(shapes["LINE", None], "LINESTRING (0 0, 3 4)")
    assert_same(shapes["LWPOLYLINE", None], "POLYGON ((0 0, 4 0, 4 4, 0 0))")
    assert shapes["ARC", None].coords[0] == pytest.approx(_on_circle(2_000, 350))
    assert_same(shapes["TEXT", None], "POINT (5 6)")
    assert layer.columns["NAMA"].count("Pluit") == 3
    assert counted(layer) == {"curves": 2}


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"AC1009", "rusak.dwg is an older DWG drawing than those of AutoCAD R14"),
        (b"AC2.10", "rusak.dwg is an older DWG drawing than those of AutoCAD R14"),
        (b"AC1035", "rusak.dwg is a newer DWG drawing than those of AutoCAD 2018"),
        (b"PK\3\4xy", "rusak.dwg is no DWG drawing"),
        (b"AC1032", "rusak.dwg is a damaged or incomplete DWG drawing"),
        (b"AC1015", "rusak.dwg is a damaged or incomplete DWG drawing"),
        (b"AC1021", "rusak.dwg is a damaged or incomplete DWG drawing"),
        (b"AC1014", "rusak.dwg is a damaged or incomplete DWG drawing"),
    ],
)
@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x15"])
def test_bad_dwg_is_one_sentence(
    tmp_path: Path, start: bytes, sentence: str, filling: bytes
) -> None:
    path = tmp_path / "rusak.dwg"
    path.write_bytes(start + filling * 5_000)
    with pytest.raises(LayerError, match=sentence) as refusal:
        dwg.read(path, Choice())
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_dwg_cut_off(tmp_path: Path, share: float) -> None:
    whole = draw_dwg(tmp_path / "denah.dwg").read_bytes()
    path = tmp_path / "potong.dwg"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(LayerError, match=r"potong.dwg is a damaged or incomplete DWG drawing"):
        dwg.read(path, Choice())
