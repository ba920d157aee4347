"""Bringing texts to UTF-8, whatever their file says, and telling when it said wrong."""

import codecs
import re
from pathlib import Path

from data.layers.model import LayerError

_BLOCK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAFE = re.compile(r"utf-?(8|16|32)([_-]?[lb]e)?|us-ascii|ascii|iso-?8859-\d+|latin-?1|windows-125\d|cp125\d|koi8-r|big5|gb2312|gbk|gb18030|shift_jis|euc-jp|euc-kr", re.I)  # fmt: skip  # noqa: E501
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*?\?>")
_DECLARED = re.compile(r"""encoding\s*=\s*["']([\w.:-]+)["']""")


def find_encoding(path: Path, declared: str | None = None) -> tuple[str, bool]:
    """The encoding that reads the whole file, and whether that is another than it should be.

    A mark at the start counts before `declared`; what is neither is UTF-8, else Windows-1252.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in sorted(_MARKS.items(), key=lambda item: -len(item[0])):
        if start.startswith(mark):
            return (encoding, False) if _reads(path, encoding) else ("cp1252", True)
    wanted = declared or "utf-8"
    if _reads(path, wanted):
        return wanted, False
    return ("utf-8" if wanted != "utf-8" and _reads(path, "utf-8") else "cp1252"), True


def to_utf8(path: Path, target: Path, encoding: str) -> None:
    """Write the text of `path` to `target` as UTF-8 without a mark."""
    # Five bytes of Windows-1252 mean nothing; they must not hide the rest.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        while block := file.read(_BLOCK):
            out.write(decoder.decode(block))
        out.write(decoder.decode(b"", final=True))


def declared_encoding(start: bytes, name: str) -> str | None:
    """What an XML declaration says. Raises LayerError for what is no usual encoding."""
    text = start[:200].decode("latin-1")
    declaration = _DECLARATION.match(text)
    found = _DECLARED.search(declaration[0]) if declaration else None
    if found is None:
        return None
    if not _SAFE.fullmatch(found[1]):
        raise LayerError(
            "{name} says it is in the encoding {encoding!r}; save it as UTF-8",
            name=name,
            encoding=found[1],
        )
    return found[1].lower()


def without_declared_encoding(path: Path) -> None:
    """Cut the encoding out of the XML declaration of a file that is UTF-8 now."""
    content = path.read_bytes()
    head = content[:200].decode("utf-8", "replace")
    if (declaration := _DECLARATION.match(head)) and _DECLARED.search(declaration[0]):
        end = content.index(b"?>") + 2
        path.write_bytes(b'<?xml version="1.0"?>' + content[end:])


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def unscramble(text: str) -> str:
    """UTF-8 that was once taken for Windows-1252, put right: 'CafÃ©' is 'Café' again."""
    if text.isascii():
        return text
    try:
        return _as_bytes(text).decode("utf-8")
    except UnicodeError:
        return text


def _as_bytes(text: str) -> bytes:
    """As Windows-1252 with the five bytes that it leaves open. Raises UnicodeError."""
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return b"".join(
            char.encode("latin-1" if "\x80" <= char <= "\x9f" else "cp1252") for char in text
        )
