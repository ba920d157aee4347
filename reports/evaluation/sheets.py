"""The tables of an evaluation as rows of typed cells, which spreadsheet and CSV both write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from data.i18n import gettext as _
from queries.evaluation.model import Subject
from queries.measured import Measured
from reports.evaluation.components import Component, components, on_time_share
from reports.evaluation.fairness_page import cutoffs_of, places_of, rule_heads
from reports.evaluation.material import Material
from reports.evaluation.words import differs_text, flag_titles, kind_text, rank_text, state_text

Cell = str | int | float | None
Format = Literal["text", "count", "hours", "share", "ratio", "points"]
_HOUR = 3600
_FORMATS: dict[str, Format] = {
    "duration": "hours",
    "share": "share",
    "ratio": "ratio",
    "stars": "ratio",
    "change": "share",
}


@dataclass(frozen=True)
class Column:
    title: str
    format: Format = "text"
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, what it shows, its columns, and its rows."""

    name: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def all_sheets(material: Material) -> list[Sheet]:
    """In the current language: city, units, officers, each component, flags, funnel, fairness."""
    evaluation = material.evaluation
    officers = evaluation.officers
    return [
        _city_sheet(material),
        _subject_sheet(_("Units"), evaluation.units),
        *([_subject_sheet(_("Officers"), officers)] if officers else []),
        *(_component_sheet(material, component) for component in (*components(), on_time_share())),
        _flag_sheet(material),
        _case_sheet(material),
        _funnel_sheet(material),
        _fairness_sheet(material),
    ]


def measured_of(subject: Subject, component: Component) -> Measured:
    if component.code == "on_time_share":
        return subject.on_time_share
    return subject.components[component.code]


def _value_columns(component: Component) -> list[Column]:
    kind = _FORMATS[component.kind]
    unit = f" ({_('hours')})" if kind == "hours" else ""
    return [
        Column(f"{component.title}{unit}", kind, 16),
        Column(_("95% from"), kind),
        Column(_("95% to"), kind),
        Column("n", "count", 9),
        Column(_("State"), "text", 16),
    ]


def _values(component: Component, found: Measured) -> list[Cell]:
    numbers = (found.value, found.low, found.high)
    return [*(_cell(component, number) for number in numbers), found.n, state_text(found.state)]


def _cell(component: Component, value: float | None) -> float | None:
    return value / _HOUR if component.kind == "duration" and value is not None else value


def _who() -> list[Column]:
    return [Column(_("Code"), "text", 20), Column(_("Name"), "text", 34), Column(_("Kind"))]


def _who_cells(subject: Subject) -> list[Cell]:
    return [subject.code, subject.name, kind_text(subject.kind)]


def _city_sheet(material: Material) -> Sheet:
    found = material.evaluation.city_figures
    rows: list[list[Cell]] = []
    for component in (*components(), on_time_share()):
        if component.code in found:
            unit = _("hours") if component.kind == "duration" else ""
            rows.append([component.title, unit, *_values(component, found[component.code])])
    columns = [
        Column(_("Component"), "text", 34),
        Column(_("Unit of measure"), "text", 16),
        *(Column(title, "ratio") for title in (_("Value"), _("95% from"), _("95% to"))),
        Column("n", "count"),
        Column(_("State"), "text", 16),
    ]
    return Sheet(_("City"), _("The city as a whole"), columns, rows)


def _subject_sheet(name: str, subjects: Sequence[Subject]) -> Sheet:
    listed = (*components(), on_time_share())
    columns = [
        *_who(),
        Column(_("Belongs to"), "text", 20),
        Column(_("Cases"), "count"),
        Column(_("Score"), "points"),
        Column(_("Rank from"), "count"),
        Column(_("Rank to"), "count"),
        Column(_("Ranked"), "text", 20),
        Column(_("Against the city"), "text", 20),
        Column(_("Others' share"), "share"),
        Column(_("Received from others"), "count"),
        Column(_("Passed on"), "count"),
        Column(_("Late on arrival"), "count"),
    ]
    for component in listed:
        columns += _value_columns(component)
    for title in flag_titles().values():
        columns.append(Column(f"{_('Flag')}: {title}", "count", 16))
    rows = [[*_subject_cells(one, listed)] for one in subjects]
    return Sheet(name, _("One row each, all components"), columns, rows)


def _subject_cells(subject: Subject, listed: Sequence[Component]) -> list[Cell]:
    low, high = subject.rank or (None, None)
    handovers = subject.handovers
    cells: list[Cell] = [
        *_who_cells(subject),
        subject.parent,
        subject.n,
        subject.score,
        low,
        high,
        _("ranked") if subject.is_ranked else rank_text(subject),
        differs_text(subject) if subject.differs else None,
        subject.comparable_share,
        handovers.received,
        handovers.passed_on,
        handovers.late_on_arrival,
    ]
    for component in listed:
        cells += _values(component, measured_of(subject, component))
    return [*cells, *(subject.flags.get(kind, 0) for kind in flag_titles())]


def _component_sheet(material: Material, component: Component) -> Sheet:
    evaluation = material.evaluation
    columns = [
        *_who(),
        *_value_columns(component),
        *(Column(title, "ratio") for title in (_("÷ expected"), _("95% from"), _("95% to"))),
        Column(_("Points"), "points"),
    ]
    rows: list[list[Cell]] = []
    for one in (*evaluation.units, *evaluation.officers):
        ratio = one.ratios.get(component.code)
        ratios: list[Cell] = [ratio.value, ratio.low, ratio.high] if ratio else [None] * 3
        own = _values(component, measured_of(one, component))
        rows.append([*_who_cells(one), *own, *ratios, one.parts.get(component.code)])
    about = f"{component.title}. {component.meaning}"
    return Sheet(component.short, about, columns, rows)


def _flag_sheet(material: Material) -> Sheet:
    titles, names = flag_titles(), material.subjects
    rows: list[list[Cell]] = [
        [titles.get(f.kind, f.kind), f.unit, names[f.unit].name if f.unit in names else None, f.n]
        for f in material.evaluation.flags
    ]
    columns = [
        Column(_("Flag"), "text", 36),
        Column(_("Code"), "text", 20),
        Column(_("Name"), "text", 34),
        Column("n", "count"),
    ]
    return Sheet(_("Flags"), _("Ground for a question, not a proof of fault"), columns, rows)


def _case_sheet(material: Material) -> Sheet:
    titles = flag_titles()
    rows: list[list[Cell]] = [
        [titles.get(flag.kind, flag.kind), flag.unit, case]
        for flag in material.evaluation.flags
        for case in flag.cases
    ]
    columns = [
        Column(_("Flag"), "text", 36),
        Column(_("Unit"), "text", 20),
        Column(_("Case"), "text", 26),
    ]
    return Sheet(_("Flagged cases"), _("Every case behind a flag"), columns, rows)


def _funnel_sheet(material: Material) -> Sheet:
    words = {
        "better": _("better than the city"),
        "worse": _("worse than the city"),
        "as_expected": _("as the city"),
    }
    names = material.subjects
    columns = [
        Column(_("Code"), "text", 20),
        Column(_("Name"), "text", 34),
        Column(_("Expected on time"), "points", 16),
        Column(_("On time, cases"), "count", 16),
        Column(_("On time ÷ expected"), "ratio", 18),
        *(
            Column(title, "ratio")
            for title in (_("95% from"), _("95% to"), _("99.8% from"), _("99.8% to"), "z")
        ),
        Column(_("Against the city"), "text", 20),
    ]
    rows: list[list[Cell]] = [
        [p.code, names[p.code].name if p.code in names else None, p.expected, p.observed, p.ratio]
        + [p.low95, p.high95, p.low998, p.high998, p.z, words.get(p.differs, p.differs)]
        for p in material.evaluation.funnel.points
    ]
    return Sheet(_("Funnel plot"), _("Who differs beyond chance"), columns, rows)


def _fairness_sheet(material: Material) -> Sheet:
    evaluation, names = material.evaluation, material.subjects
    cutoffs = cutoffs_of(evaluation.fairness)
    columns = [
        Column(_("Code"), "text", 20),
        Column(_("Name"), "text", 34),
        Column(_("Rank from"), "count"),
        Column(_("Rank to"), "count"),
        *(Column(title, "count", 18) for title in rule_heads(evaluation.fairness)),
        Column(_("Former points, value"), "points", 18),
    ]
    rows: list[list[Cell]] = []
    for row in evaluation.fairness.rows:
        subject = names.get(row.code)
        low, high = (subject.rank if subject else None) or (None, None)
        name = subject.name if subject else None
        rows.append([row.code, name, low, high, *places_of(row, cutoffs), row.former_points])
    return Sheet(_("Fairness"), _("Would another rule say otherwise?"), columns, rows)
