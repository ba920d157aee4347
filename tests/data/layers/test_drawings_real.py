"""Real drawings: the DWG against its DXF twin as ezdxf reads that, and those cut off."""

from collections import Counter
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from ezdxf import bbox

from data.layers.formats import dwg, dxf
from data.layers.formats.curves import TOLERANCE
from data.layers.model import Choice, LayerError, RawLayer
from tests.conftest import real_file

# Kinds that are one feature in either format.
SIMPLE = {
    "LINE", "POINT", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "LWPOLYLINE", "POLYLINE", "3DFACE",
    "SOLID", "TEXT", "MTEXT", "HATCH", "SHAPE", "TOLERANCE",
}  # fmt: skip
UNDECODED = {"MULTILEADER", "ACAD_TABLE", "MESH", "WIPEOUT", "PDFUNDERLAY"}
SHAPELESS = {"3DSOLID", "REGION", "RAY", "XLINE", "IMAGE"}


def real(name: str) -> Path:
    return real_file("formats", name)


def simple_features(layer: RawLayer) -> dict[str, tuple[str, Any]]:
    """Kind and shape by handle of what lies in the model itself."""
    rows = zip(
        layer.columns["handle"],
        layer.columns["entity"],
        layer.columns["block"],
        layer.shapes,
        strict=True,
    )
    return {
        handle: (kind, shape)
        for handle, kind, block, shape in rows
        if block is None and kind in SIMPLE
    }


@pytest.mark.parametrize(
    ("name", "module"), [("sample_AC1032.dwg", dwg), ("sample_AC1032_ascii.dxf", dxf)]
)
def test_every_entity_is_where_ezdxf_has_it(name: str, module: Any) -> None:
    model = ezdxf.readfile(real("sample_AC1032_ascii.dxf")).modelspace()
    expected = {e.dxf.handle: e for e in model if e.dxftype() in SIMPLE}
    found = simple_features(module.read(real(name), Choice()))
    assert {handle: kind for handle, (kind, _) in found.items()} == {
        handle: entity.dxftype() for handle, entity in expected.items()
    }
    for handle, entity in expected.items():
        shape = found[handle][1]
        if entity.dxftype() in ("TEXT", "MTEXT", "SHAPE", "TOLERANCE"):
            assert shape.coords[0] == pytest.approx(tuple(entity.dxf.insert)[:2], abs=1e-6)
            continue
        box = bbox.extents([entity])
        wanted = (box.extmin.x, box.extmin.y, box.extmax.x, box.extmax.y)
        assert shape.bounds == pytest.approx(wanted, abs=TOLERANCE), entity


def test_the_dwg_has_the_extent_of_its_twin_and_what_is_not_read_is_counted() -> None:
    path = real("sample_AC1032_ascii.dxf")
    drawn, twin = dwg.read(real("sample_AC1032.dwg"), Choice()), dxf.read(path, Choice())
    # What is in neither is told; compared is what ezdwg decodes.
    both = [kind not in UNDECODED for kind in twin.columns["entity"]]
    assert shapely.total_bounds(drawn.shapes) == pytest.approx(
        shapely.total_bounds(twin.shapes[both]), abs=1e-6
    )
    kinds = Counter(entity.dxftype() for entity in ezdxf.readfile(path).modelspace())
    lost = sum(kinds[kind] for kind in UNDECODED | SHAPELESS)
    assert {note.kind: note.count for note in drawn.notes}["empty"] == lost
    assert drawn.crs is twin.crs is None


def test_blocks_of_the_dwg_are_taken_apart_as_those_of_its_twin() -> None:
    drawn = dwg.read(real("sample_AC1032.dwg"), Choice())
    twin = dxf.read(real("sample_AC1032_ascii.dxf"), Choice())

    def parts(layer: RawLayer) -> Counter[tuple[Any, ...]]:
        return Counter(
            (kind, on, *(round(edge, 3) for edge in shape.bounds))
            for kind, on, block, shape in zip(
                layer.columns["entity"],
                layer.columns["layer"],
                layer.columns["block"],
                layer.shapes,
                strict=True,
            )
            if shape is not None and (block is not None or kind == "DIMENSION")
        )

    assert parts(drawn) == parts(twin)
    assert sum(parts(drawn).values()) > 100


def test_versions_of_one_drawing_agree() -> None:
    old, new = (dwg.read(real(f"sample_AC10{n}.dwg"), Choice()) for n in (18, 32))
    assert Counter(old.columns["entity"]) == Counter(new.columns["entity"])
    assert shapely.total_bounds(old.shapes) == pytest.approx(shapely.total_bounds(new.shapes))


def test_a_building_with_attributes() -> None:
    layer = dwg.read(real("Building_A_Floor_0_Mapwize.dwg"), Choice())
    assert len(layer.shapes) > 4_000
    assert {"Rooms", "Doors", "OutLine"} <= set(layer.columns["layer"])
    assert "Everybody" in layer.columns["OCCUPANT"]
    assert {field.name for field in layer.fields} >= {"layer", "block", "entity", "handle"}


def test_cut_off_drawings_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"AC1018_signature.dwg is cut off"):
        dwg.list_layers(real("AC1018_signature.dwg"), Choice())
    for name, module in (("sample_AC1032.dwg", dwg), ("sample_AC1032_ascii.dxf", dxf)):
        whole = real(name).read_bytes()
        for share in (0.001, 0.5, 0.97):
            path = tmp_path / name
            path.write_bytes(whole[: int(len(whole) * share)])
            with pytest.raises(LayerError, match=name):
                module.read(path, Choice())
