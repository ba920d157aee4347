"""All that the documents of an evaluation are made of: no clock, no database."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import data
from queries.evaluation.model import Evaluation, Subject
from reports.evaluation.outline import CityOutline

METHOD_FOLDER = Path(data.__file__).parent / "evaluation" / "methods"


@dataclass(frozen=True)
class Standing:
    """Which edition a document is: `state` is draft, contested or issued; instants ISO 8601."""

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

    @cached_property
    def rules(self) -> dict[str, Any]:
        """The method, read."""
        return tomllib.loads(self.method)

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

    @property
    def min_cases(self) -> int:
        return int(self.rules.get("min_cases", 20))


def read_method(version: str, *, folder: Path = METHOD_FOLDER) -> str:
    """The TOML of a version of the method. Raises ValueError where there is none."""
    path = folder / f"{version}.toml"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.toml"))) or "none"
        raise ValueError(f"method {version!r} is not among the versions known: {known}")
    return path.read_text(encoding="utf-8")
