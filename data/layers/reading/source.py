"""From the files that came in to parts that one format module each can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.layers.formats import FORMATS
from data.layers.formats.encoding import (
    declared_encoding,
    find_encoding,
    to_utf8,
    without_declared_encoding,
)
from data.layers.model import LayerError
from data.layers.reading.archive import (
    check_archive,
    is_zip,
    member_names,
    refuse_other_archives,
    unpack,
)
from data.layers.reading.detect import detect, is_index
from data.layers.reading.shapefile_parts import gather_parts, is_part, refuse_orphans
from data.layers.reading.xml_guard import check_xml
from data.sentence import Sentence, say

_XML = ("gml", "kml", "gpx", "xml")
_TEXTS = (*_XML, "geojson", "geojsonseq", "topojson", "json")
_GENERAL = ("json", "xml", "csv", "xlsx")  # beside layers they are descriptions of them
_OFFICE: dict[str, str | Sentence] = {
    "xl/workbook.xml": "xlsx",
    "word/document.xml": say("a Word document"),
}


@dataclass(frozen=True)
class Part:
    """A file of one format. `recoded`: its texts were in another encoding than it says."""

    name: str
    path: Path
    format: str
    recoded: bool = False


@dataclass(frozen=True)
class Source:
    """What came in, ready for reading. `name` is for people."""

    name: str
    file_format: str
    parts: tuple[Part, ...]


def open_source(paths: Sequence[Path], folder: Path) -> Source:
    """Detect, unpack, and make safe what came in, writing only below `folder`.

    Raises LayerError.
    """
    name = next((path.name for path in paths if path.suffix.lower() == ".shp"), paths[0].name)
    files: dict[Path, str] = {}  # to what people call it
    for number, path in enumerate(paths):
        # Parts of a Shapefile know each other by lying in one folder.
        place = "loose" if is_part(path) else f"in-{number}"
        files.update(_open_file(path, folder / place))
    parts = _parts(files, name, folder / "parts")
    formats = {part.format for part in parts}
    kind = FORMATS[parts[0].format].name
    if formats == {"kml"} and len(files) and _from_archive(paths):
        kind = "KMZ"
    return Source(name, kind, tuple(parts))


def _from_archive(paths: Sequence[Path]) -> bool:
    with paths[0].open("rb") as file:
        return is_zip(file.read(4))


def _open_file(path: Path, folder: Path) -> dict[Path, str]:
    with path.open("rb") as file:
        start = file.read(8)
    refuse_other_archives(start, path.name)
    if not is_zip(start):
        return {_alone(path, folder): path.name}
    for member in member_names(path, path.name):
        if office := _OFFICE.get(member):
            if office != "xlsx":
                raise LayerError("{name} is {what}, not a layer", name=path.name, what=office)
            check_archive(path, path.name)
            return {_alone(path, folder): path.name}
    folder.mkdir(parents=True)
    return {
        written: str(written.relative_to(folder)) for written in unpack(path, folder, path.name)
    }


def _alone(path: Path, folder: Path) -> Path:
    """A link in a folder of our own: GDAL reads and writes whatever lies beside a file."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / path.name
    if link.is_symlink():
        raise LayerError("{name} was given twice", name=path.name)
    link.symlink_to(path)
    return link


def _parts(files: dict[Path, str], name: str, folder: Path) -> list[Part]:
    beside = [path for path in files if is_part(path)]
    parts: list[Part] = []
    refusals: list[tuple[Path, LayerError]] = []
    for path, shown in files.items():
        try:
            part = _part(path, shown, beside, folder / str(len(parts)))
        except LayerError as error:
            if len(files) == 1:
                raise
            refusals.append((path, error))
        else:
            parts += [part] if part else []
    for path, refusal in refusals:
        # What only describes, pictures or explains the layers need not be readable.
        if not parts or _meant_as_layer(path):
            raise refusal
    layers = [part for part in parts if part.format not in _GENERAL]
    if not layers:
        refuse_orphans(beside)
    if not parts:
        raise LayerError("{name} holds no layer that can be read", name=name)
    return layers or parts


def _meant_as_layer(path: Path) -> bool:
    return path.suffix.lower() in (
        ".shp", ".gpkg", ".geojson", ".topojson", ".gml", ".kml", ".gpx", ".dxf", ".dwg",
    )  # fmt: skip


def _part(path: Path, shown: str, beside: Sequence[Path], folder: Path) -> Part | None:
    if is_zip_file(path):
        return Part(_stem(shown), path, "xlsx")
    if is_part(path) and path.suffix.lower() != ".shp":
        return None
    code = detect(path, shown)
    if code == "shapefile":
        if is_index(path):
            return None
        return Part(_stem(shown), gather_parts(path, beside, folder), code)
    if code not in _TEXTS:
        return Part(_stem(shown), path, code)
    return _text_part(path, shown, code, folder)


def is_zip_file(path: Path) -> bool:
    with path.open("rb") as file:
        return is_zip(file.read(4))


def _text_part(path: Path, shown: str, code: str, folder: Path) -> Part:
    with path.open("rb") as file:
        start = file.read(200)
    declared = declared_encoding(start, shown) if code in _XML else None
    encoding, recoded = find_encoding(path, declared)
    if encoding != "utf-8":
        folder.mkdir(parents=True)
        target = folder / path.name
        to_utf8(path, target, encoding)
        if code in _XML:
            without_declared_encoding(target)
        path = target
    if code in _XML:
        check_xml(path, shown)
    return Part(_stem(shown), path, code, recoded)


def _stem(shown: str) -> str:
    return shown.rsplit(".", 1)[0] if "." in shown.rsplit("/", 1)[-1][1:] else shown
