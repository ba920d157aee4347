"""Reading a list of officers: CSV or XLSX with Indonesian or English headings."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from data.accountability.officers import OfficerError
from data.accountability.term_checks import HEAD, Problem, Told, find_contradictions
from data.imports.cells import to_text
from data.imports.day_first import read_day_first
from data.imports.opening import open_table
from data.imports.preset_model import fold, heading
from data.imports.table import Layout, Table
from data.reference import Reference, Unit
from data.spreadsheets import without_guard

_HEADINGS = {  # as `heading` writes them; the first is the one we write
    "unit": "unit code|unit|kode unit|unit kerja|kode kelurahan|kelurahan|opd|skpd"
    "|unit name|nama unit",
    "post_code": "post code|kode jabatan",
    "title_id": "title id|jabatan|nama jabatan",
    "title_en": "title en|title|post|position",
    "officer_code": "officer code|kode pejabat",
    "officer": "officer name|officer|name|nama|nama pejabat|pejabat|nama lengkap",
    "from": "from date|from|since|start|start date|mulai|sejak|tmt|tanggal mulai|dari"
    "|mulai menjabat",
    "until": "until date|until|to|end|end date|sampai|s d|sampai dengan|selesai|tanggal selesai"
    "|akhir jabatan|akhir masa jabatan|berakhir",
}
_NEEDED = ("unit", "officer", "from")
_STILL = frozenset({"", "-", "–", "now", "present", "open", "sekarang", "kini", "masih menjabat"})
_ACTING = re.compile(r"(?:acting|interim|plt|plh|pjs|pj)\b\.?\s*", re.IGNORECASE)
_EMPLOYEE_NUMBER = re.compile(r"(?:\d[\s.]?){18}")
_YEARS = (1945, 2100)
_LONGEST = {"officer_name": 200, "officer_code": 64, "post_code": 64, "title": 200}


def read_officers(path: Path, reference: Reference) -> list[Told]:
    """The terms in a file, in its order; rows that say the same twice come once.

    Raises TableError where it is no table, OfficerError with a line for each row that is wrong.
    """
    languages = {f"title_{code}": f"title {code}" for code in reference.city.languages}
    headings = {name: names.split("|") for name, names in (languages | _HEADINGS).items()}
    names = frozenset(name for group in headings.values() for name in group)
    told: list[Told] = []
    problems: list[Problem] = []
    with open_table(path, Layout(names=names)) as table:
        places = _find_columns(path, table, headings)
        units = _Units(reference)
        for line, cells in table.rows:
            row = {name: cells[place] if place < len(cells) else None for name, place in places}
            try:
                told.append(_read_row(line, row, units))
            except ValueError as error:
                problems.append(Problem(line, str(error)))
    told = list({_without_line(one): one for one in reversed(told)}.values())[::-1]
    if not told and not problems:
        problems.append(Problem(0, f"{path.name} has no officers below its headings; add a row"))
    problems += find_contradictions(told)
    if problems:
        raise OfficerError(problems, told)
    return told


def _without_line(one: Told) -> tuple[Any, ...]:
    person = (one.unit_id, one.post_code, one.officer_code, one.officer_name)
    return (*person, tuple(sorted(one.titles.items())), one.from_date, one.until_date)


def _find_columns(
    path: Path, table: Table, headings: Mapping[str, Sequence[str]]
) -> list[tuple[str, int]]:
    """The place of each column there is. Raises OfficerError naming those that are needed."""
    there = [heading(name) for name in table.columns]
    places = []
    for name, known in headings.items():
        place = next((there.index(word) for word in known if word in there), None)
        if place is not None:
            places.append((name, place))
    missing = [name for name in _NEEDED if name not in dict(places)]
    if missing:
        words = "; ".join(f"{name} (also {', '.join(headings[name][:4])} …)" for name in missing)
        raise OfficerError([Problem(0, f"{path.name} lacks a column for {words}; add it")])
    return places


class _Units:
    """Finds a unit by its code or name, or by those of the district that it answers for."""

    def __init__(self, reference: Reference) -> None:
        self._by_code = reference.unit_by_code
        self._city = reference.city.name
        self._by_district = {
            reference.districts[district_id].code: reference.units[unit_id]
            for district_id, unit_id in reference.unit_of_district.items()
        }
        self._by_name: dict[str, list[Unit]] = {}
        for unit in reference.units.values():
            self._by_name.setdefault(fold(unit.name), []).append(unit)
        self._by_place: dict[str, list[Unit]] = {}
        for district_id, unit_id in reference.unit_of_district.items():
            place = fold(reference.districts[district_id].name)
            self._by_place.setdefault(place, []).append(reference.units[unit_id])

    def find(self, text: str) -> Unit:
        """Raises ValueError."""
        unit = self._by_code.get(text) or self._by_district.get(text)
        named = self._by_name.get(fold(text)) or self._by_place.get(fold(text), [])
        if unit is not None:
            return unit
        if len(named) == 1:
            return named[0]
        if named:
            codes = ", ".join(unit.code for unit in named)
            raise ValueError(f"unit {text!r} is the name of several; write its code: {codes}")
        raise ValueError(
            f"unit {text!r} is not one of {self._city}'s {len(self._by_code)} units; "
            "write a code or a name of units.csv"
        )


def _read_row(line: int, row: Mapping[str, Any], units: _Units) -> Told:
    words = {name: without_guard(" ".join(to_text(cell).split())) for name, cell in row.items()}
    name = words["officer"]
    if not name:
        raise ValueError("the officer has no name; write it, or leave the row out")
    code = words.get("officer_code") or _code_of(name)
    if _EMPLOYEE_NUMBER.fullmatch(code) or _EMPLOYEE_NUMBER.fullmatch(name):
        raise ValueError(
            "an employee number tells a date of birth and is not kept; "
            "write a code of your own, or none"
        )
    titles = {
        column.removeprefix("title_"): _ACTING.sub("", text, count=1)
        if _ACTING.match(text)
        else text
        for column, text in words.items()
        if column.startswith("title_") and text
    }
    post_code = words.get("post_code") or HEAD
    checked = {"officer_name": name, "officer_code": code, "post_code": post_code}
    for column, text in [*checked.items(), *(("title", title) for title in titles.values())]:
        _check_text(column, text)
    unit = units.find(words["unit"])
    first = _read_date("from", row["from"])
    if first is None:
        raise ValueError(f"{name} has no first day in office; write it under 'from'")
    last = _read_date("until", row.get("until"))
    if last is not None and last < first:
        raise ValueError(
            f"{name} is in office from {first} until {last}, which is earlier; "
            "put the dates in their order"
        )
    return Told(
        line=line,
        unit_id=unit.id,
        unit_code=unit.code,
        post_code=post_code,
        titles=titles,
        officer_code=code,
        officer_name=name,
        from_date=first,
        until_date=last,
    )


def _check_text(column: str, text: str) -> None:
    if len(text) > _LONGEST[column]:
        raise ValueError(f"{column} {text[:40]!r}… is longer than {_LONGEST[column]} characters")
    if not text.isprintable():
        raise ValueError(f"{column} {text!r} has a character that cannot be printed; take it out")


def _code_of(name: str) -> str:
    """A code from the name: who is written alike is one officer."""
    code = "-".join(re.findall(r"[^\W_]+", name.casefold()))
    if 0 < len(code) <= _LONGEST["officer_code"]:
        return code
    return f"{code[:50]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _read_date(column: str, cell: Any) -> date | None:
    """Of a spreadsheet's date, of 2026-10-31, or with the day first. Raises ValueError."""
    if isinstance(cell, datetime):
        day = cell.date()
    else:
        text = " ".join(to_text(cell).split())
        if text.casefold() in _STILL:
            return None
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            try:
                day = read_day_first(text).date()
            except ValueError:
                raise ValueError(
                    f"{column} {text!r} is not a date; write it like 2026-10-31 or 31 Oktober 2026"
                ) from None
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise ValueError(f"{column} {day} is not from {_YEARS[0]} to {_YEARS[1]}; mend its year")
    return day
