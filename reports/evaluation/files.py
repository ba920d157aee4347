"""All files of an evaluation, by name. The same material gives the same bytes, wherever."""

from collections.abc import Sequence

from data.evaluation.method import read_method_text
from data.i18n import languages
from queries.evaluation.model import Evaluation
from reports.evaluation.document import evaluation_pdf, subjects_of, units_pdf
from reports.evaluation.material import Material, Standing
from reports.evaluation.outline import CityOutline
from reports.evaluation.tables_csv import cases_csv, figures_csv
from reports.evaluation.workbook import evaluation_workbook


def material_of(
    evaluation: Evaluation,
    *,
    method: str | None = None,
    outline: CityOutline | None = None,
    standing: Standing | None = None,
    is_demo: bool = False,
) -> Material:
    """`method` is TOML, read by the evaluation's version unless given. Raises ValueError."""
    return Material(
        evaluation,
        read_method_text(evaluation.method) if method is None else method,
        outline or CityOutline(),
        standing or Standing(),
        is_demo,
    )


def evaluation_files(
    evaluation: Evaluation,
    *,
    language: str,
    units: Sequence[str] = (),
    method: str | None = None,
    outline: CityOutline | None = None,
    standing: Standing | None = None,
    is_demo: bool = False,
) -> dict[str, bytes]:
    """PDF, XLSX and two CSV by their names, and for `units` (codes) a PDF of a page each.

    Without an outline the PDF has no map and its clock is UTC. Raises ValueError for a language
    that the program does not speak, a unit without cases, or a method that is not known.
    """
    if language not in languages():
        raise ValueError(f"language {language!r} is not one of {', '.join(languages())}")
    material = material_of(
        evaluation, method=method, outline=outline, standing=standing, is_demo=is_demo
    )
    for code in units:
        subjects_of(material, code)
    makers = (evaluation_pdf, evaluation_workbook, figures_csv, cases_csv)
    names = file_names(evaluation.month, language)
    files = {name: make(material, language) for name, make in zip(names, makers, strict=True)}
    if units:
        name = units_file_name(evaluation.month, language, units)
        files[name] = units_pdf(material, language, units)
    return files


def file_stem(month: str, language: str) -> str:
    """'pantau-evaluation-2026-10-id'; of several months '…-2026-07-to-2026-10-id'."""
    return f"pantau-evaluation-{_plain(month.replace('..', '-to-'))}-{language}"


def archive_stem(month: str) -> str:
    """Of an archive with the pages of all units: 'pantau-evaluation-2026-10-units'."""
    return f"pantau-evaluation-{_plain(month)}-units"


def file_names(month: str, language: str) -> tuple[str, ...]:
    """Those of `evaluation_files` without pages of units."""
    stem = file_stem(month, language)
    return (f"{stem}.pdf", f"{stem}.xlsx", f"{stem}.csv", f"{stem}-flagged-cases.csv")


def units_file_name(month: str, language: str, units: Sequence[str]) -> str:
    """'…-kel-31.71.01.1001.pdf' of one unit; '…-units.pdf' of several, or of all (none named)."""
    which = _plain(units[0]) if len(units) == 1 else "units"
    return f"{file_stem(month, language)}-{which}.pdf"


def _plain(text: str) -> str:
    """Safe in a file name."""
    signs = (s if s.isascii() and (s.isalnum() or s in "-_.") else "-" for s in text)
    return "".join(signs).strip("-.")[:80] or "unit"
