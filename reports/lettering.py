"""Words on a drawn picture: wrapped to a width, safe whatever a person typed."""

import unicodedata
from functools import cache

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

_FAMILY = "DejaVu Sans"  # comes with matplotlib, so every machine draws the same
_LINE = 1.32  # line height, in font sizes
_LONGEST_WORD = 200  # letters
_UNKNOWN = "\N{WHITE SQUARE}"


class Lettering:
    """Writes on one figure; positions and widths are shares of it, y grows upwards."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        width, height = figure.get_size_inches()
        self._points_across, self._points_down = width * 72, height * 72

    def write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float,
        colour: str,
        width: float,
        bold: bool = False,
        align: str = "left",
        most_lines: int = 8,
    ) -> float:
        """Write with the top at y; returns the y below the last line. Size is in points."""
        font = FontProperties(family=_FAMILY, size=size, weight="bold" if bold else "normal")
        lines = wrap(printable(text), font, width * self._points_across)
        if len(lines) > most_lines:
            lines = [*lines[: most_lines - 1], f"{lines[most_lines - 1]} …"]
        for line in lines:
            self._figure.text(
                x,
                y,
                line,
                fontproperties=font,
                color=colour,
                va="top",
                ha=align,
                parse_math=False,
            )
            y -= size * _LINE / self._points_down
        return y


def wrap(text: str, font: FontProperties, width_points: float) -> list[str]:
    """Lines no wider than the width; a single longer word is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _width(joined, font) <= width_points:
            lines[-1] = joined
        else:
            lines.append(_cut(word, font, width_points))
    return lines


def printable(text: str) -> str:
    """The text without control characters; what the font cannot draw becomes a square."""
    kept = (" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return "".join(sign if sign.isspace() or _has_glyph(sign) else _UNKNOWN for sign in kept)


def _cut(word: str, font: FontProperties, width_points: float) -> str:
    if len(word) < _LONGEST_WORD and _width(word, font) <= width_points:
        return word
    word = word[:_LONGEST_WORD]
    while word and _width(f"{word}…", font) > width_points:
        word = word[:-1]
    return f"{word}…"


def _width(text: str, font: FontProperties) -> float:
    """In points. Never as a formula, which a pair of dollar signs would begin."""
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


@cache
def _has_glyph(sign: str) -> bool:
    return get_font(findfont(FontProperties(family=_FAMILY))).get_char_index(ord(sign)) != 0
