"""What an edition says, drawn: everything on its page that does not change while it is shown."""

from typing import Any

from dash import html

from components.report_files import files_view
from components.report_pages import pages_view
from components.report_tables import (
    fairness_view,
    flags_view,
    method_view,
    picture_view,
    subjects_view,
    summary_view,
)
from data.evaluation.editions import Edition
from data.evaluation.files import files_of
from data.i18n import current_language, languages
from data.store import Store
from pages.report_rows import shown_edition, subject_names
from reports.evaluation.annex import annex
from reports.evaluation.fairness_page import fairness_page
from reports.evaluation.files import archive_stem
from reports.evaluation.front import summary
from reports.evaluation.lifecycle import document_names, material_of_edition
from reports.evaluation.material import Material
from reports.evaluation.pictures import PICTURES
from reports.evaluation.tables import flag_lists, subject_tables


def figures_of(store: Store, edition: Edition) -> list[Any]:
    """A view each: summary, units and officers, flags, fairness, method, files."""
    material = material_of_edition(store, edition)
    tables = subject_tables(material)
    made = () if edition.issue else document_names(store, edition)
    return [
        [*summary_view(summary(material)), *_pictures(material, edition)],
        [
            part
            for table in tables
            for part in (html.H4(table["title"]), *subjects_view(table, _page_of(edition)))
        ],
        flags_view(flag_lists(material)),
        fairness_view(fairness_page(material)),
        method_view(annex(material)),
        [
            *files_view(shown_edition(store, edition), files_of(store, edition.id), made),
            pages_view(
                edition.id,
                archive_stem(edition.month),
                subject_names(material.evaluation),
                languages(),
            ),
        ],
    ]


def _pictures(material: Material, edition: Edition) -> list[Any]:
    address = f"/api/evaluations/{edition.id}/pictures/{{}}.png?language={current_language()}"
    drawn = ((kind, picture(material)) for kind, picture in PICTURES.items())
    return [
        part
        for kind, texts in drawn
        if texts is not None
        for part in picture_view(texts, address.format(kind))
    ]


def _page_of(edition: Edition) -> str:
    """Of a unit whose code comes after it."""
    return f"/api/evaluations/{edition.id}/pages.pdf?language={current_language()}&code="
