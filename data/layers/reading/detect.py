"""What a file is, by what is in it; its name may say what it likes."""

import re
import sqlite3
from pathlib import Path

from data.layers.model import LayerError
from data.layers.reading.xml_guard import root_element
from data.sentence import say

_HEAD = 1 << 16
_BLANK = b" \t\r\n"
_SHAPEFILE = b"\x00\x00\x27\x0a"
_FOREIGN = {
    b"%PDF": say("a PDF document"),
    b"\xff\xd8\xff": say("a JPEG picture"),
    b"\x89PNG": say("a PNG picture"),
    b"GIF8": say("a GIF picture"),
    b"II*\x00": say("a TIFF picture"),
    b"MM\x00*": say("a TIFF picture"),
    b"\xd0\xcf\x11\xe0": say("an old Office document; save it as XLSX"),
    b"\x7fELF": say("a program"),
    b"MZ": say("a program"),
}
_POINTERS = re.compile(
    rb"<(OGRVRTDataSource|OGRVRTLayer|OGRWFSDataSource|VRTDataset|GDAL_WMS|OGCAPI\w*|ogr_wfs)\b"
    rb"|gdal_streamed_alg|gdalvirtualtile",
    re.IGNORECASE,
)
_GEOMETRIES = {
    b"FeatureCollection", b"Feature", b"Point", b"MultiPoint", b"LineString", b"MultiLineString",
    b"Polygon", b"MultiPolygon", b"GeometryCollection",
}  # fmt: skip
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_VALUE = re.compile(rb'\s*:\s*"([^"\\]*)"')


def detect(path: Path, name: str) -> str:
    """A code of data.layers.formats.FORMATS, for what is no archive. Raises LayerError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = _plain(head).lstrip(_BLANK)
    if not text:
        raise LayerError("{name} is empty", name=name)
    if head.startswith(b"SQLite format 3\0"):
        return _database(path, name)
    if head.startswith(_SHAPEFILE):
        return "shapefile"
    if re.match(rb"AC1[0-9]{3}", head):
        return "dwg"
    if head.startswith(b"AutoCAD Binary DXF") or _is_dxf(text):
        return "dxf"
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise LayerError("{name} is {what}, not a layer", name=name, what=what)
    if _POINTERS.search(text[:4096]):
        raise LayerError("{name} only points to other sources; give the data themselves", name=name)
    if text.startswith(b"<"):
        return _xml(text, name)
    if text[:1] in (b"{", b"["):
        return _json(path, text)
    if b"\0" in text:
        raise LayerError(
            "{name} is of no known kind; read are GeoJSON, TopoJSON, JSON, Shapefile, "
            "GeoPackage, DWG, DXF, GML, XML, KML, KMZ, GPX, CSV and XLSX",
            name=name,
        )
    return "csv"


def is_index(path: Path) -> bool:
    """Whether a file with the start of a Shapefile is its index: its first offset, not record 1."""
    with path.open("rb") as file:
        start = file.read(104)
    if len(start) < 104:
        return path.suffix.lower() == ".shx"
    return start[100:104] == b"\x00\x00\x00\x32"


def _plain(head: bytes) -> bytes:
    """Without the mark of UTF-8, and from UTF-16 and UTF-32 enough to be recognized."""
    if head.startswith(b"\xef\xbb\xbf"):
        return head[3:]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        wide = head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"))
        encoding, unit = ("utf-32", 4) if wide else ("utf-16", 2)
        whole = head[: len(head) // unit * unit]
        return whole.decode(encoding, "replace").encode("utf-8", "replace")
    return head


def _database(path: Path, name: str) -> str:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'gpkg_contents'"
            ).fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise LayerError(
            "{name} is a damaged database: {reason}; send it again", name=name, reason=error
        ) from error
    if found is None:
        raise LayerError(
            "{name} is an SQLite database but no GeoPackage; save it as GeoPackage", name=name
        )
    return "geopackage"


def _is_dxf(text: bytes) -> bool:
    return bool(re.match(rb"(999\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b", text))


def _xml(text: bytes, name: str) -> str:
    root = root_element(text)
    if root is None:
        return "xml"
    element, attributes = root
    if element in ("kml", "Placemark") or (
        element in ("Document", "Folder") and b"kml" in attributes
    ):
        return "kml"
    if element == "gpx":
        return "gpx"
    if element.lower() == "html":
        raise LayerError(
            "{name} is a web page, not a layer; save the file that it links to", name=name
        )
    if element == "schema":
        return "xml"
    if b"opengis.net/gml" in text[: _HEAD // 4]:
        return "gml"
    return "xml"


def _json(path: Path, text: bytes) -> str:
    if text.startswith(b"["):
        return "json"
    kind, whole = _top_level_type(text)
    if kind is None and not whole:
        kind, _ = _top_level_type(_plain(path.read_bytes()))
    if kind == b"Topology":
        return "topojson"
    if kind not in _GEOMETRIES:
        return "json"
    return "geojsonseq" if kind == b"Feature" and _several(text) else "geojson"


def _top_level_type(text: bytes) -> tuple[bytes | None, bool]:
    """The value of "type" in the outermost object, and whether that object was seen to its end."""
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][:1]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
            if depth == 0:
                return None, True
        elif depth == 1 and token[0] == b'"type"' and (value := _VALUE.match(text, token.end())):
            return value[1], True
    return None, False


def _several(text: bytes) -> bool:
    """Whether another object follows the first, as in a file of one feature a line."""
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][:1]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
            if depth == 0:
                return text[token.end() :].lstrip(_BLANK + b"\x1e,").startswith(b"{")
    return False
