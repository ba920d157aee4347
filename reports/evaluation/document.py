"""The PDF of an evaluation, and that of single units, from texts ready to be set."""

from collections.abc import Sequence
from typing import Any

from data.i18n import current_language, format_number, use_language
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from reports.demo_mark import demo_words
from reports.evaluation.annex import annex
from reports.evaluation.fairness_page import fairness_page
from reports.evaluation.front import cover, summary, title
from reports.evaluation.funnel_page import funnel_plot
from reports.evaluation.map_page import score_map
from reports.evaluation.material import Material
from reports.evaluation.tables import flag_lists, subject_tables
from reports.evaluation.unit_pages import unit_page
from reports.printable import printable
from reports.typesetting import typeset


def evaluation_pdf(material: Material, language: str, units: Sequence[str] = ()) -> bytes:
    """Cover, summary, map, funnel, tables, flags, fairness, `units` a page each, annex."""
    with use_language(language):
        values = document_values(material, units)
    return typeset("evaluation", values, at=material.seen_at)


def units_pdf(material: Material, language: str, units: Sequence[str]) -> bytes:
    """A page for each code, in that order; for an officer of two units two.

    Raises ValueError for a code that had no cases.
    """
    with use_language(language):
        values = {**frame(material), "units": _unit_pages(material, units)}
    return typeset("units", values, at=material.seen_at)


def document_values(material: Material, units: Sequence[str] = ()) -> dict[str, Any]:
    """All texts of the PDF in the current language, and the geometry of its pictures."""
    return {
        **frame(material),
        "cover": cover(material),
        "summary": summary(material),
        "map": score_map(material),
        "funnel": funnel_plot(material),
        "tables": subject_tables(material),
        "flags": flag_lists(material),
        "fairness": fairness_page(material),
        "units": _unit_pages(material, units),
        "annex": annex(material),
    }


def frame(material: Material) -> dict[str, Any]:
    """What every page bears."""
    standing = material.standing
    edition = _("edition {n}").format(n=format_number(standing.edition))
    if not standing.edition:
        edition = _("preview, no edition")
    return {
        "language": current_language(),
        "title": f"{printable(material.evaluation.city)}: {title(material)}",
        "footer": f"{printable(material.evaluation.city)} · {title(material)} · {edition}",
        "demo": demo_words(material.is_demo),
        "fingerprint": material.fingerprint[:12],
        "draft": {"draft": _("draft"), "preview": _("preview")}.get(standing.state, ""),
        "words": {
            "contents": _("Contents"),
            "summary": _("Summary"),
            "units": _("Unit pages"),
        },
    }


def _unit_pages(material: Material, units: Sequence[str]) -> list[dict[str, Any]]:
    return [
        unit_page(material, subject) for code in units for subject in subjects_of(material, code)
    ]


def subjects_of(material: Material, code: str) -> list[Subject]:
    """See Material.subjects_of. Raises ValueError where there is none."""
    found = material.subjects_of(code)
    if not found:
        raise ValueError(
            f"{code!r} is neither a unit nor an officer with cases in {material.evaluation.month}"
        )
    return found
