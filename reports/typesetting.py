"""From values to a PDF: templates lay out, values come in as JSON and are never read as markup."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from reports.printable import font_folder

_TEMPLATES = Path(__file__).parent / "typst"
_STANDARDS = ["a-2a", "ua-1"]  # archival, and tagged for readers who listen


def typeset(template: str, values: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template in reports/typst, dated `at`. The same values give the same bytes.

    Raises RuntimeError if typst refuses, which only a fault of a template can cause.
    """
    return _compiled(template, values, at, format="pdf", pdf_standards=_STANDARDS)


def typeset_pages(
    template: str, values: Mapping[str, Any], *, at: datetime, ppi: float = 96
) -> list[bytes]:
    """The same as one PNG a page, for a preview."""
    pages = _compiled(template, values, at, format="png", ppi=ppi)
    return pages if isinstance(pages, list) else [pages]


def _compiled(template: str, values: Mapping[str, Any], at: datetime, **options: Any) -> Any:
    local = at.astimezone(UTC)
    dated = {**values, "dated": [local.year, local.month, local.day]}
    try:
        return _compiler().compile(
            input=str(_TEMPLATES / f"{template}.typ"),
            sys_inputs={"values": json.dumps(dated, ensure_ascii=False, allow_nan=False)},
            timestamp=int(local.timestamp()),
            **options,
        )
    except typst.TypstError as error:
        raise RuntimeError(f"typst could not set {template}.typ: {error}") from error


def _compiler() -> typst.Compiler:
    """Only fonts that come with the program, or two machines would set two documents.

    A new one each time (10 ms): threads may not share one.
    """
    return typst.Compiler(
        root=str(_TEMPLATES), font_paths=[str(font_folder())], ignore_system_fonts=True
    )
