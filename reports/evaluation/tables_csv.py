"""The evaluation as CSV: a line for each value of each unit and officer, a line for each case."""

import csv
import io
from collections.abc import Iterable, Sequence

from data.i18n import use_language
from data.spreadsheets import safe_text
from reports.evaluation.components import components, on_time_share
from reports.evaluation.material import Material
from reports.evaluation.sheets import Cell, measured_of
from reports.evaluation.words import flag_titles

FIGURE_COLUMNS = (
    "code",
    "name",
    "kind",
    "parent",
    "cases",
    "score",
    "rank_from",
    "rank_to",
    "ranked",
    "differs",
    "comparable_share",
    "component",
    "title",
    "unit",
    "value",
    "low",
    "high",
    "n",
    "state",
    "points",
    "demo",
)
CASE_COLUMNS = ("flag", "title", "unit", "name", "service_request_id", "demo")
_UNITS = {"duration": "seconds", "share": "share", "change": "share", "stars": "stars"}


def figures_csv(material: Material, language: str) -> bytes:
    """UTF-8. Durations in seconds, shares 0 to 1, decimal points; titles in the language.

    Columns and codes are the same in every language, so that programs can read them; text that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    with use_language(language):
        return _written(FIGURE_COLUMNS, _figure_rows(material))


def cases_csv(material: Material, language: str) -> bytes:
    """A line for each case behind a flag."""
    with use_language(language):
        titles, names = flag_titles(), material.subjects
        rows = (
            [
                flag.kind,
                titles.get(flag.kind),
                flag.unit,
                names[flag.unit].name if flag.unit in names else None,
                case,
                int(material.is_demo),
            ]
            for flag in material.evaluation.flags
            for case in flag.cases
        )
        return _written(CASE_COLUMNS, rows)


def _figure_rows(material: Material) -> Iterable[list[Cell]]:
    evaluation = material.evaluation
    listed = (*components(), on_time_share())
    for one in (*evaluation.units, *evaluation.officers):
        low, high = one.rank or (None, None)
        who: list[Cell] = [
            one.code,
            one.name,
            one.kind,
            one.parent,
            one.n,
            one.score,
            low,
            high,
            int(one.is_ranked),
            one.differs,
            one.comparable_share,
        ]
        for component in listed:
            own = measured_of(one, component)
            yield [
                *who,
                component.code,
                component.title,
                _UNITS.get(component.kind, component.kind),
                own.value,
                own.low,
                own.high,
                own.n,
                own.state,
                one.parts.get(component.code),
                int(material.is_demo),
            ]


def _written(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue().encode()
