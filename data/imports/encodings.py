"""Which encoding a text file has, found by reading it once."""

import codecs
from collections.abc import Callable
from typing import IO

from data.imports.table import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20


def find_encoding(name: str, opener: Callable[[], IO[bytes]], wanted: str) -> tuple[str, str]:
    """The encoding, and what to say of it.

    `wanted` when the whole file can be read so; for 'auto' UTF-8 where most of what is not ASCII
    is, with U+FFFD for the rest, else Windows-1252. Raises TableError naming the first byte that
    does not fit, or an unknown encoding.
    """
    with opener() as file:
        start = file.read(4)
    if wanted == "auto":
        marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
        wanted = marked[0] if marked else "utf-8"
        if marked or _misfit(opener, wanted) is None:
            return wanted, wanted
        # Exports cut texts in the middle of a letter: that does not make the others wrong.
        letters, broken = _count_letters(opener)
        if letters > broken:
            return wanted, f"utf-8 with broken letters: {broken:,}"
        # It gives nearly every byte a letter, so it can only be the last to be tried.
        return "cp1252", "cp1252"
    if wanted.lower() in ("utf-8", "utf8") and start.startswith(codecs.BOM_UTF8):
        wanted = "utf-8-sig"
    try:
        misfit = _misfit(opener, wanted)
    except LookupError as error:
        raise TableError(f"encoding {wanted!r} of the preset is unknown") from error
    if misfit is not None:
        raise TableError(
            "{path} is not {encoding}: it fails near byte {n}; mend the encoding in the preset, or "
            'let it say "auto"',
            path=name,
            encoding=wanted,
            n=misfit,
        )
    return wanted, wanted


def _count_letters(opener: Callable[[], IO[bytes]]) -> tuple[int, int]:
    """How many letters beyond ASCII the file holds as UTF-8, and how many that are broken."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    letters = broken = 0
    with opener() as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            here = text.count("\N{REPLACEMENT CHARACTER}")
            broken += here
            letters += len(text) - len(text.encode("ascii", "ignore")) - here
    return letters, broken + len(decoder.decode(b"", final=True))


def _misfit(opener: Callable[[], IO[bytes]], encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with opener() as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return position + error.start
            if not block:
                return None
            position += len(block)
