"""DWG drawings of AutoCAD R14 to 2018, by ezdwg, as the DXF drawing that they would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.layers.formats.cad_layer import make_cad_layer
from data.layers.formats.cad_walk import Drawing
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer
from data.sentence import say

_RELEASES = {
    b"AC1014": "R14",
    b"AC1015": "2000",
    b"AC1018": "2004",
    b"AC1021": "2007",
    b"AC1024": "2010",
    b"AC1027": "2013",
    b"AC1032": "2018",
}
_NEWEST = b"AC1032"
_SHORTEST = 256  # bytes of a header that tells where anything is


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    """The whole drawing is one layer; its own layers are an attribute. Raises LayerError."""
    _check_start(path)
    return (LayerInfo(path.stem),)


def read(path: Path, choice: Choice) -> RawLayer:
    """All that the model shows, blocks taken apart; it has no coordinate system.

    Raises LayerError.
    """
    _check_start(path)
    with _guarded(path):
        drawing = _open(path)
    return make_cad_layer(drawing, path.name)


def _check_start(path: Path) -> None:
    with path.open("rb") as file:
        version = file.read(6)
    if version not in _RELEASES:
        if version > _NEWEST and version.startswith(b"AC1"):
            what = say("a newer DWG drawing than those of AutoCAD 2018")
        elif version.startswith((b"AC1", b"AC2", b"MC0")):
            what = say("an older DWG drawing than those of AutoCAD R14")
        else:
            what = say("no DWG drawing")
        raise LayerError(
            "{name} is {what}; save it as DWG 2018 or as DXF", name=path.name, what=what
        )
    if path.stat().st_size < _SHORTEST:
        raise LayerError(
            "{name} is cut off: it holds the mark of DWG {version} and no drawing; send it again",
            name=path.name,
            version=_RELEASES[version],
        )


def _open(path: Path) -> Drawing:
    from data.layers.formats.dwg_drawing import read_drawing

    return read_drawing(str(path))


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        yield
    except (LayerError, MemoryError):
        raise
    except BaseException as error:
        # The decoder is not written in Python: what it cannot go on with is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        what = "".join(char for char in str(error)[:100] if char.isprintable())
        raise LayerError(
            "{name} is a damaged or incomplete DWG drawing ({what}); send it again, or "
            "save it as DXF",
            name=path.name,
            what=what or type(error).__name__,
        ) from error
