"""DWG that we write ourselves, and DWG and DXF that are cut off, old or damaged."""

from pathlib import Path

import ezdwg
import pytest

from data.layers.formats import dwg, dxf
from data.layers.model import Choice, LayerError
from tests.data.layers.drawn import (
    assert_same,
    counted,
    on_circle,
)


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
    assert shapes["ARC", None].coords[0] == pytest.approx(on_circle(2_000, 350))
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
