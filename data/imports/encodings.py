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


def find_encoding(name: str, opener: Callable[[], IO[bytes]], wanted: str) -> str:
    """`wanted` when the whole file can be read so; for 'auto' UTF-8, else Windows-1252.

    Raises TableError naming the first byte that does not fit, or an unknown encoding.
    """
    with opener() as file:
        start = file.read(4)
    if wanted == "auto":
        marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
        wanted = marked[0] if marked else "utf-8"
        # Windows-1252 gives nearly every byte a letter, so it can only be the last to be tried.
        return wanted if marked or _misfit(opener, wanted) is None else "cp1252"
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
    return wanted


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
