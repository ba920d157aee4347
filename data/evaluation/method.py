"""The declared method of the evaluation: weights, limits and cut-offs, by version."""

import hashlib
import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from data.evaluation.declared import Count, Positive, Range, Seconds, Share, read_declared

METHODS = Path(__file__).parent / "methods"
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}", re.ASCII)
_SUM = 100.0
FORMER_STATES = {"resolved", "in_progress", "waiting"}


class MethodError(ValueError):
    """A version that does not exist, or a file that declares nonsense."""


@dataclass(frozen=True)
class Flags:
    """From where on cases deserve a look; see methods/1.0.toml."""

    low_stars: Annotated[int, Range(1, 5)]
    quick_close_seconds: Seconds
    quick_close_share: Share
    unusual_quick_share: Share
    unusual_quick_others: Count
    believed_pace: Annotated[float, Range(0.01, 1)]
    bulk_cases: Count
    bulk_within_seconds: Seconds
    reopened_times: Count
    brink_seconds: Seconds
    brink_cases: Count
    brink_share: Share
    late_handover_share: Share


@dataclass(frozen=True)
class Method:
    """One version; dicts are by component, in order of its name. All but `sha256` is declared.

    A field that a later program adds has a default, by which editions of before are as they were.
    """

    version: str
    sha256: str  # of the file, hex
    min_cases: Count
    min_ranked: Count  # cases of its own that a rank takes
    min_comparable: Share  # of its services' cases that others must have
    other_cutoffs: tuple[Count, ...]
    moved_share: Share
    reopened_within_days: Count
    unproven_earn_nothing: tuple[str, ...]  # components
    gains_need_evidence: tuple[str, ...]  # components
    weights: dict[str, Annotated[float, Range(0, _SUM)]]  # they sum to 100
    full: dict[str, Positive]
    shrink: dict[str, Positive]
    rounds: Annotated[int, Range(1, 100_000)]
    winsorised_share: Annotated[float, Range(0, 0.499)]
    late_on_arrival_share: Share
    flags: Flags
    former_points: dict[str, Annotated[float, Range(0, 100)]]  # for each of FORMER_STATES


def method_versions(folder: Path = METHODS) -> tuple[str, ...]:
    """The versions there are, oldest first."""
    found = [path.stem for path in folder.glob("*.toml") if _VERSION.fullmatch(path.stem)]
    return tuple(sorted(found, key=lambda version: tuple(map(int, version.split(".")))))


def read_method(version: str, *, folder: Path = METHODS) -> Method:
    """Raises MethodError naming the versions there are, or the key that is wrong."""
    return parse_method(read_method_text(version, folder=folder).encode(), name=f"{version}.toml")


def read_method_text(version: str, *, folder: Path = METHODS) -> str:
    """The TOML of a version, which says that it is that one. Raises MethodError."""
    if version not in method_versions(folder):
        known = ", ".join(method_versions(folder)) or "none"
        raise MethodError(f"method {version!r} is not one of those there are: {known}")
    content = (folder / f"{version}.toml").read_bytes()
    if (said := parse_method(content, name=f"{version}.toml").version) != version:
        raise MethodError(
            f'{version}.toml says version = "{said}"; let it say version = "{version}", its name'
        )
    return content.decode()


def parse_method(content: bytes, *, name: str) -> Method:
    """A method from the bytes of its file. Raises MethodError naming what is wrong."""
    try:
        raw = tomllib.loads(content.decode("utf-8"))
        method: Method = read_declared(Method, raw, sha256=hashlib.sha256(content).hexdigest())
        _check(method)
    except ValueError as error:
        raise MethodError(f"{name} is no method: {error}") from None
    return method


def _check(method: Method) -> None:
    """What ties one key to another. Raises ValueError."""
    if not _VERSION.fullmatch(method.version):
        raise ValueError(f'version {method.version!r} is not such as "1.0"')
    total = sum(method.weights.values())
    if not math.isclose(total, _SUM):
        raise ValueError(f"weights sum to {total:g}; let them sum to {_SUM:g}")
    for table, wanted in (
        ("full", {*method.weights, "doubted_share"}),  # see gains_need_evidence
        ("shrink", {*method.weights, "proven_share", "doubted_share"}),
        ("former_points", FORMER_STATES),
    ):
        if missing := wanted - set(getattr(method, table)):
            raise ValueError(f"[{table}] lacks {', '.join(sorted(missing))}; give each a number")
    for key in ("unproven_earn_nothing", "gains_need_evidence"):
        strange = sorted(set(getattr(method, key)) - set(method.weights))
        if strange:
            raise ValueError(f"{key} names {', '.join(strange)}, not weighed")
    if method.min_ranked < method.min_cases:
        raise ValueError(
            f"min_ranked {method.min_ranked} is under min_cases {method.min_cases}; "
            "who has too few cases cannot be ranked"
        )
