"""The declared method of the evaluation: weights, limits and cut-offs, by version."""

import hashlib
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

METHODS = Path(__file__).parent / "methods"
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}", re.ASCII)
_SUM = 100.0


class MethodError(ValueError):
    """A version that does not exist, or a file that declares nonsense."""


@dataclass(frozen=True)
class Flags:
    """From where on cases deserve a look; see methods/1.0.toml."""

    low_stars: int
    quick_close_seconds: int
    quick_close_share: float
    bulk_cases: int
    bulk_within_seconds: int
    reopened_times: int
    brink_seconds: int
    brink_cases: int
    brink_share: float
    late_handover_share: float


@dataclass(frozen=True)
class Method:
    """One version; dicts are by component, in order of its name."""

    version: str
    sha256: str  # of the file, hex
    min_cases: int
    min_ranked: int  # cases of its own that a rank takes
    min_comparable: float  # share of its services' cases that others must have
    other_cutoffs: tuple[int, ...]
    moved_share: float
    reopened_within_days: int
    unproven_earn_nothing: tuple[str, ...]  # components
    gains_need_evidence: tuple[str, ...]  # components
    weights: dict[str, float]  # they sum to 100
    full: dict[str, float]
    shrink: dict[str, float]
    rounds: int
    winsorised_share: float
    late_on_arrival_share: float
    flags: Flags
    former_points: dict[str, float]  # for resolved, in_progress, waiting


def method_versions(folder: Path = METHODS) -> tuple[str, ...]:
    """The versions there are, oldest first."""
    found = [path.stem for path in folder.glob("*.toml") if _VERSION.fullmatch(path.stem)]
    return tuple(sorted(found, key=lambda version: tuple(map(int, version.split(".")))))


def read_method(version: str, *, folder: Path = METHODS) -> Method:
    """Raises MethodError naming the versions there are, or the key that is wrong."""
    if version not in method_versions(folder):
        known = ", ".join(method_versions(folder)) or "none"
        raise MethodError(f"method {version!r} is not one of those there are: {known}")
    content = (folder / f"{version}.toml").read_bytes()
    return parse_method(content, name=f"{version}.toml")


def parse_method(content: bytes, *, name: str) -> Method:
    """A method from the bytes of its file. Raises MethodError naming what is wrong."""
    try:
        raw = tomllib.loads(content.decode("utf-8"))
        method = Method(
            version=str(raw["version"]),
            sha256=hashlib.sha256(content).hexdigest(),
            min_cases=int(raw["min_cases"]),
            min_ranked=int(raw["min_ranked"]),
            min_comparable=float(raw["min_comparable"]),
            other_cutoffs=tuple(int(number) for number in raw["other_cutoffs"]),
            moved_share=float(raw["moved_share"]),
            reopened_within_days=int(raw["reopened_within_days"]),
            unproven_earn_nothing=tuple(str(part) for part in raw["unproven_earn_nothing"]),
            gains_need_evidence=tuple(map(str, raw["gains_need_evidence"])),
            weights=_numbers(raw["weights"]),
            full=_numbers(raw["full"]),
            shrink=_numbers(raw["shrink"]),
            rounds=int(raw["bootstrap"]["rounds"]),
            winsorised_share=float(raw["funnel"]["winsorised_share"]),
            late_on_arrival_share=float(raw["handovers"]["late_on_arrival_share"]),
            flags=Flags(**raw["flags"]),
            former_points=_numbers(raw["former_points"]),
        )
    except KeyError as error:
        raise MethodError(f"{name} lacks {error.args[0]!r}; take it from 1.0.toml") from None
    except (TypeError, ValueError) as error:
        raise MethodError(f"{name} is no method: {error}") from None
    _check(method, name)
    return method


def _numbers(table: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(table[key]) for key in sorted(table)}


def _check(method: Method, name: str) -> None:
    total = sum(method.weights.values())
    if not math.isclose(total, _SUM):
        raise MethodError(f"{name}: weights sum to {total:g}; let them sum to {_SUM:g}")
    if min(method.weights.values()) < 0:
        raise MethodError(f"{name}: a weight is negative; every part is the better the higher")
    for table in ("full", "shrink"):
        given: dict[str, float] = getattr(method, table)
        for component in method.weights:
            if not given.get(component, 0.0) > 0:
                raise MethodError(
                    f"{name}: [{table}] {component} is {given.get(component)}; let it exceed 0"
                )
    for key in ("unproven_earn_nothing", "gains_need_evidence"):
        strange = sorted(set(getattr(method, key)) - set(method.weights))
        if strange:
            raise MethodError(f"{name}: {key} names {', '.join(strange)}, not weighed")
    if method.min_cases < 1 or not 1 <= method.rounds <= 100_000:
        raise MethodError(
            f"{name}: min_cases {method.min_cases} and rounds {method.rounds} "
            "must be at least 1, and rounds at most 100000"
        )
    if method.min_ranked < method.min_cases:
        raise MethodError(
            f"{name}: min_ranked {method.min_ranked} is under min_cases {method.min_cases}; "
            "who has too few cases cannot be ranked"
        )
    if not 0 <= method.min_comparable < 1:
        raise MethodError(
            f"{name}: min_comparable {method.min_comparable:g} is not from 0 to under 1"
        )
    if not 0 <= method.winsorised_share < 0.5:
        raise MethodError(
            f"{name}: winsorised_share {method.winsorised_share:g} is not from 0 to under 0.5"
        )
