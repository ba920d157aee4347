"""DXF drawings, text and binary, of release 12 and later, by ezdxf."""

from pathlib import Path
from typing import Any

import shapely

from data.layers.formats.cad_layer import make_cad_layer
from data.layers.formats.cad_walk import Drawing
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer

_TAIL = 256  # bytes at the end, in which a whole drawing says that it ends


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    """The whole drawing is one layer; its own layers are an attribute."""
    return (LayerInfo(path.stem),)


def read(path: Path, choice: Choice) -> RawLayer:
    """All that the model shows, blocks taken apart.

    A drawing has no coordinate system unless it says where on Earth it is. Raises LayerError.
    """
    _check_end(path)
    document = _open(path)
    paper = sum(
        entity.dxftype() != "VIEWPORT"
        for layout in document.layouts
        if layout.name != "Model"
        for entity in layout
    )
    raw = make_cad_layer(Drawing(document, hidden=paper), path.name)
    return _place_on_earth(raw, document)


def _check_end(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if b"EOF" not in tail:
        raise LayerError(
            "{name} is cut off: a DXF drawing ends with EOF; send it again", name=path.name
        )


def _open(path: Path) -> Any:
    import ezdxf
    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError, DXFVersionError

    try:
        try:
            return ezdxf.readfile(path)
        except DXFVersionError as error:
            raise LayerError(
                "{name} is of a DXF version that is not read; save it as DXF 2018", name=path.name
            ) from error
        except (DXFError, UnicodeError, ValueError, KeyError, TypeError, AttributeError):
            document, _ = recover.readfile(path)
            return document
    except LayerError:
        raise
    except (DXFError, OSError, ArithmeticError, LookupError, ValueError, TypeError,
            AttributeError, RecursionError) as error:  # fmt: skip
        what = "".join(char for char in str(error)[:100] if char.isprintable())
        raise LayerError(
            "{name} is a damaged DXF drawing ({what}); save it again as DXF 2018",
            name=path.name,
            what=what or type(error).__name__,
        ) from error


def _place_on_earth(raw: RawLayer, document: Any) -> RawLayer:
    """With the coordinate system and position of the drawing's geographic data, if it has them."""
    from ezdxf.lldxf.const import DXFError

    geodata = document.modelspace().get_geodata()
    if geodata is None or "<!" in geodata.coordinate_system_definition:
        return raw
    try:
        matrix, code = geodata.get_crs_transformation()
    except (DXFError, ValueError, AttributeError, ArithmeticError):
        return raw
    a, b, _, _, d, e, _, _, _, _, _, _, x, y, _, _ = matrix

    def move(corners: Any) -> Any:
        return corners @ [[a, b], [d, e]] + [x, y]

    return RawLayer(
        shapely.transform(raw.shapes, move), raw.columns, raw.fields, f"EPSG:{code}", raw.notes
    )
