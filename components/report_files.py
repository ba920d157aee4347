"""What can be downloaded of an edition, with the fingerprint of each file."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from components.report_words import ShownEdition
from data.evaluation.files import StoredFile
from data.i18n import format_number
from data.i18n import gettext as _


def files_view(
    shown: ShownEdition, stored: Sequence[StoredFile], made: Sequence[str]
) -> list[html.P | html.Div]:
    """`made` are the documents of a draft, which are made when they are asked for."""
    edition = shown.edition
    rows = [
        _row(edition.id, file.name, f"{format_number(file.bytes)} B", file.sha256)
        for file in stored
    ]
    rows += [_row(edition.id, name, _("made when asked for"), "") for name in made]
    if edition.issue is None:
        words = _(
            "These documents are a draft’s, and say so. When it is issued they are made once "
            "more and kept for good, each with its fingerprint."
        )
    else:
        words = _(
            "As they were issued, byte for byte. Fingerprint of the list of all files (SHA-256): "
            "{sha256}. To check that everything can be computed again: {command}"
        ).format(sha256=edition.issue.sha256, command=f"flask evaluation verify {edition.month}")
    return [
        html.P(words, className="note report-fingerprint"),
        html.Div(
            html.Table(
                [
                    html.Caption(_("Files"), className="visually-hidden"),
                    html.Tbody(sorted(rows, key=lambda row: str(row.key))),
                ],
                className="report-table files",
            ),
            className="report-scroll",
        ),
    ]


def _row(edition_id: int, name: str, size: str, sha256: str) -> html.Tr:
    return html.Tr(
        [
            html.Th(
                html.A(
                    name, href=f"/api/evaluations/{edition_id}/files/{quote(name)}", download=name
                ),
                scope="row",
            ),
            html.Td(size),
            html.Td(html.Code(sha256[:16], title=sha256) if sha256 else ""),
        ],
        key=name,
    )
