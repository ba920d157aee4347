"""The map and the funnel plot of an evaluation by themselves, as a page on a screen shows them."""

from collections.abc import Callable, Mapping
from typing import Any

from data.i18n import use_language
from reports.evaluation.document import frame
from reports.evaluation.funnel_page import funnel_plot
from reports.evaluation.map_page import score_map
from reports.evaluation.material import Material
from reports.typesetting import typeset_pages

PICTURES: Mapping[str, Callable[[Material], dict[str, Any] | None]] = {
    "map": score_map,
    "funnel": funnel_plot,
}
_PPI = 144


def picture_png(material: Material, kind: str, language: str) -> bytes | None:
    """`kind` is one of PICTURES. None where there is nothing to draw."""
    with use_language(language):
        picture = PICTURES[kind](material)
        if picture is None:
            return None
        values = {**frame(material), "kind": kind, "picture": picture}
    return typeset_pages("picture", values, at=material.seen_at, ppi=_PPI)[0]
