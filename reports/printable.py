"""Text that the fonts of our documents can show, whatever was typed."""

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # comes with matplotlib, as the fonts do

UNKNOWN = "\ufffd"
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
_LONGEST_RUN = 24  # letters without a place to break a line
_BREAK = "\u200b"
_JOINERS = "\u200c\u200d"


def font_folder() -> Path:
    """DejaVu Sans: the letters that the fonts within typst lack, the same on every machine."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib is not installed; install requirements.txt")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def printable(text: str, *, longest: int | None = None) -> str:
    """One line: letters without a glyph become �, marks that turn the reading direction go.

    An archival PDF may hold no letter without a glyph, so one such name would stop the document.
    With `longest`, a longer text ends in an ellipsis.
    """
    shown = "".join(map(_shown, unicodedata.normalize("NFC", text)))
    words = shown.split()
    if longest is not None and len(" ".join(words)) > longest:
        words = (" ".join(words)[: longest - 1].rstrip() + "…").split()
    return " ".join(map(_breakable, words))


def _shown(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isprintable() else " "
    kind = unicodedata.category(letter)
    if kind in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    if kind == "Cf":
        return letter if letter in _JOINERS else ""
    return letter if ord(letter) in _known_letters() and kind != "Co" else UNKNOWN


def _breakable(word: str) -> str:
    if len(word) <= _LONGEST_RUN:
        return word
    return _BREAK.join(
        word[start : start + _LONGEST_RUN] for start in range(0, len(word), _LONGEST_RUN)
    )


@cache
def _known_letters() -> frozenset[int]:
    """Those that both the plain and the bold face have."""
    known: list[set[int]] = []
    for name in _FONTS:
        with TTFont(font_folder() / name, lazy=True) as font:
            known.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*known))
