"""All that the documents of an evaluation are made of: no clock, no database."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from data.evaluation.method import Method, parse_method
from queries.evaluation.model import Evaluation, Subject
from reports.evaluation.outline import CityOutline


@dataclass(frozen=True)
class Standing:
    """Which edition a document is; instants are ISO 8601.

    `state` is draft, contested or issued; or preview, of what is kept as no edition (0).
    """

    edition: int = 1
    state: str = "draft"
    at: str | None = None
    by: str | None = None
    changes: str | None = None  # what a new edition corrects, and why


@dataclass(frozen=True)
class Material:
    evaluation: Evaluation
    method: str  # the TOML that the evaluation was made by
    outline: CityOutline = field(default_factory=CityOutline)
    standing: Standing = field(default_factory=Standing)
    is_demo: bool = False  # of a city whose complaints are made up, as every page then says

    @cached_property
    def rules(self) -> Method:
        """The method, read. Raises MethodError, which is a ValueError."""
        return parse_method(self.method.encode(), name=f"method {self.evaluation.method}")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the figures, which spreadsheet and PDF both bear."""
        return hashlib.sha256(self.evaluation.to_json().encode()).hexdigest()

    @cached_property
    def seen_at(self) -> datetime:
        return self.outline.local(self.evaluation.seen_at)

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Units and officers by code; a unit goes before an officer of the same code."""
        evaluation = self.evaluation
        return {one.code: one for one in (*evaluation.officers, *evaluation.units)}

    def subjects_of(self, code: str) -> list[Subject]:
        """The unit of a code; else its officer, once for each unit that was led in the month."""
        evaluation = self.evaluation
        units = [unit for unit in evaluation.units if unit.code == code]
        return units or [officer for officer in evaluation.officers if officer.code == code]

    @property
    def min_ranked(self) -> int:
        return self.rules.min_ranked
