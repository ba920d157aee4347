"""Terms of office as they are told, and what cannot be true of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HEAD = "head"  # the post of a unit that has but one


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be stored, and the remedy; line 0 is for the whole file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True, kw_only=True)
class Told:
    """One term of office. Dates are local days in office; without a last day it lasts still."""

    line: int  # of the file; 0: stored already
    unit_id: int
    unit_code: str
    post_code: str
    titles: Mapping[str, str]  # by language; may be empty
    officer_code: str
    officer_name: str
    from_date: date
    until_date: date | None


def find_overlaps(told: Iterable[Told]) -> list[Problem]:
    """One problem for each two terms of a post that share a day, by line."""
    by_post: dict[tuple[int, str], list[Told]] = {}
    for one in told:
        by_post.setdefault((one.unit_id, one.post_code), []).append(one)
    problems = []
    for terms in by_post.values():
        terms.sort(key=lambda one: (one.from_date, one.line))
        longest = terms[0]  # which may overlap more than the one after it
        for later in terms[1:]:
            if later.from_date <= _last_day(longest):
                problems.append(_overlap(longest, later))
            longest = max(longest, later, key=_last_day)
    return sorted(problems, key=lambda problem: (problem.line, problem.text))


def _last_day(term: Told) -> date:
    return term.until_date or date.max


def _overlap(former: Told, later: Told) -> Problem:
    told, other = (later, former) if later.line else (former, later)
    where = f"of line {other.line}" if other.line else "that is stored"
    if other.until_date is None:
        lasts = f"since {other.from_date}, without a last day"
    else:
        lasts = f"from {other.from_date} until {other.until_date}, that day included"
    remedy = "mend one of them" if other.line else "give its last day too, or use --replace"
    return Problem(
        told.line,
        f"{told.officer_name} from {told.from_date} overlaps the term {where}: "
        f"{other.officer_name} has the same post of {told.unit_code} {lasts}; {remedy}",
    )


def find_contradictions(told: Sequence[Told]) -> list[Problem]:
    """Codes that stand for two people, and posts that have two titles in one language."""
    problems = []
    names: dict[str, Told] = {}
    titles: dict[tuple[int, str, str], tuple[str, int]] = {}
    for one in told:
        first = names.setdefault(one.officer_code, one)
        if first.officer_name.casefold() != one.officer_name.casefold():
            problems.append(
                Problem(
                    one.line,
                    f"officer_code {one.officer_code!r} is {one.officer_name} here and "
                    f"{first.officer_name} in line {first.line}; give each officer a code",
                )
            )
        for language, title in one.titles.items():
            known, line = titles.setdefault(
                (one.unit_id, one.post_code, language), (title, one.line)
            )
            if known.casefold() != title.casefold():
                problems.append(
                    Problem(
                        one.line,
                        f"{one.unit_code} has the post {title!r} here and {known!r} "
                        f"in line {line}; where a unit has several posts, give each a post_code",
                    )
                )
    return problems
