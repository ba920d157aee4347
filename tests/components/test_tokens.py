"""Charts and stylesheet speak of the same colours, and text can be read on them."""

import re

import pytest

from components.tokens import DARK, LIGHT, Theme
from tests.conftest import ROOT

_CSS = (ROOT / "assets" / "10-tokens.css").read_text("utf-8")
_AA = 4.5


def block(theme: str) -> dict[str, str]:
    body = re.search(rf'\[data-bs-theme="{theme}"\] {{(.*?)}}', _CSS, re.S)
    assert body
    return dict(re.findall(r"--([\w-]+): ([^;]+);", body[1]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "theme"), [("dark", DARK), ("light", LIGHT)])
def test_charts_use_the_tokens_of_the_page(name: str, theme: Theme) -> None:
    css = block(name)
    for token in ("page", "panel", "line", "text", "muted", "accent", "accent_soft"):
        assert css[token.replace("_", "-")] == getattr(theme, token)


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("ground", ["page", "panel", "raised"])
@pytest.mark.parametrize(
    "ink",
    ["text", "muted", "accent", "waiting", "in-progress", "resolved", "rejected-text"],
)
def test_text_has_the_contrast_of_level_aa(name: str, ground: str, ink: str) -> None:
    css = block(name)
    assert contrast(css[ink], css[ground]) >= _AA


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("tone", ["waiting", "in-progress", "resolved", "rejected"])
def test_shapes_can_be_told_from_their_status_colour(name: str, tone: str) -> None:
    css = block(name)
    assert contrast(css["on-status"], css[tone]) >= _AA
