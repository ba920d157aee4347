"""Shapefile, whose texts are in whatever encoding its maker used."""

import codecs
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.formats.values import clean_text
from data.layers.model import Choice, Field, LayerInfo, Note, RawLayer

# Every byte is a letter of it: texts come through GDAL as they are in the file.
_AS_BYTES = "ISO-8859-1"
# What the byte 29 of a .dbf says. https://www.esri.com dBASE language driver ids; 0 is nothing.
_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gbk", 0x4E: "cp949",
    0x4F: "cp950", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0x64: "cp852", 0x65: "cp866",
}  # fmt: skip


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path)


def read(path: Path, choice: Choice) -> RawLayer:
    """Texts by the encoding that the file says where that fits, else UTF-8, else Windows-1252."""
    raw = read_gdal_layer(path, replace(choice, layer=None), encoding=_AS_BYTES, clean=False)
    texts = {field.name for field in raw.fields if field.kind == "text"}
    values = [value for name in texts for value in raw.columns[name] if value is not None]
    declared = _declared(path)
    encoding = _fitting(declared, [*values, *raw.columns])
    columns: dict[str, list[Any]] = {}
    recoded = 0
    for name, column in raw.columns.items():
        if name in texts:
            decoded = [None if value is None else _decode(value, encoding) for value in column]
            column = [None if value is None else clean_text(value) for value in decoded]
            recoded += sum(a != b for a, b in zip(decoded, column, strict=True))
        columns[_decode(name, encoding)] = column
    if encoding != (declared or "utf-8"):
        recoded = sum(not value.isascii() for value in values)
    fields = tuple(Field(_decode(field.name, encoding), field.kind) for field in raw.fields)
    notes = raw.notes + ((Note("recoded", recoded),) if recoded else ())
    return RawLayer(raw.shapes, columns, fields, raw.crs, notes)


def _fitting(declared: str | None, texts: Iterable[str]) -> str:
    found = [text for text in texts if not text.isascii()]
    for encoding in dict.fromkeys([declared or "utf-8", "utf-8"]):
        if all(_fits(text, encoding) for text in found):
            return encoding
    return "cp1252"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode("latin-1").decode(encoding)
    except UnicodeError:
        # A long text is cut at the width of its column, be it amid a letter.
        return encoding == "utf-8" and _is_cut(text.encode("latin-1"))
    return True


def _is_cut(content: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(content, final=False)
    except UnicodeError:
        return False
    return len(content) >= _SHORTEST_CUT


_SHORTEST_CUT = 8  # bytes; a shorter text with an open end is rather Windows-1252


def _decode(text: str, encoding: str) -> str:
    if text.isascii():
        return text
    content = text.encode("latin-1")
    if encoding == "utf-8":
        return codecs.getincrementaldecoder("utf-8")("strict").decode(content, final=False)
    return content.decode(encoding, "replace")


def _declared(path: Path) -> str | None:
    page = path.with_suffix(".cpg")
    if page.exists() and (said := _codec(page.read_bytes()[:40].decode("ascii", "replace"))):
        return said
    with path.with_suffix(".dbf").open("rb") as file:
        header = file.read(32)
    return _DRIVERS.get(header[29]) if len(header) > 29 else None


def _codec(said: str) -> str | None:
    """What Python calls the encoding of a .cpg: 'UTF-8', '1252', 'ANSI 1252', '88591', '65001'."""
    word = said.strip().upper().removeprefix("ANSI").removeprefix("OEM").strip(" -_")
    if word.isdigit():
        word = {"65001": "utf-8"}.get(word) or (
            f"iso-8859-{word[4:]}" if word.startswith("8859") else f"cp{word}"
        )
    try:
        found = codecs.lookup(word) if word else None
    except (LookupError, ValueError):
        return None
    is_text = found is not None and getattr(found, "_is_text_encoding", False)
    return found.name if found is not None and is_text else None
