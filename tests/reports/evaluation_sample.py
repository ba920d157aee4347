"""A month of a city that never was, with everything an evaluation can say."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from data.evaluation.method import parse_method, read_method_text
from queries.evaluation.model import (
    COMPONENTS,
    FLAG_KINDS,
    Evaluation,
    Fairness,
    FairnessRow,
    Flag,
    Funnel,
    FunnelPoint,
    Handovers,
    Maturity,
    Subject,
)
from queries.measured import Measured

METHOD = read_method_text("1.0")
HOSTILE_NAMES = (
    '#eval("1+1")',
    "*bold* _under_ `raw` $x^2$ @ref <label>",
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)",
    "https://example.org/x",
    "x" * 300,
    "بلدية جاكرتا",
    "evil\u202egnp.exe",
    "letters no font has: 漢字 😀 \ue000",
    "</text><script>alert(1)</script>",
    "bell\x07 and\nline",
    '#let a = read("/etc/passwd")',
)
_RULES = parse_method(METHOD.encode(), name="1.0")
_MIN_CASES, _MIN_RANKED = _RULES.min_cases, _RULES.min_ranked
_SPREADS: Mapping[str, tuple[float, float]] = {  # middle and spread of each component
    "median_response": (18_000.0, 6_000.0),
    "on_time_ratio": (1.0, 0.12),
    "resolution_share": (0.84, 0.06),
    "satisfaction": (3.7, 0.4),
    "answer_share": (0.31, 0.06),
    "reopened_share": (0.05, 0.02),
    "sent_back_share": (0.08, 0.03),
    "backlog_change": (0.0, 0.08),
    "handover_share": (0.12, 0.05),
    "rejected_share": (0.06, 0.03),
    "proven_share": (0.5, 0.1),
    "doubted_share": (0.02, 0.02),
}


def make_evaluation(units: Sequence[tuple[str, str, str]], *, seed: int = 1) -> Evaluation:
    """Of (code, name, kind) each; every 17th has under 20 cases, every 31st no median yet."""
    chance = random.Random(seed)
    subjects = [
        _subject(chance, place, code, name, kind) for place, (code, name, kind) in enumerate(units)
    ]
    ranked = _ranked(subjects)
    points = [_point(chance, unit) for unit in ranked if unit.is_ranked]
    differs = {point.code: point.differs for point in points}
    final = [_replaced(unit, differs=differs.get(unit.code)) for unit in ranked]
    officers = [
        _replaced(
            unit,
            code=f"officer-{unit.code}",
            name=f"Ibu {unit.name}",
            kind="officer",
            parent=unit.code,
        )
        for unit in final[:5]
    ]
    return Evaluation(
        city="Jakarta",
        month="2026-10",
        seen_at="2026-11-10T17:00:00Z",
        through_seq=123_456,
        method="1.0",
        units=tuple(sorted(final, key=lambda unit: unit.code)),
        officers=tuple(sorted(officers, key=lambda one: (one.parent or "", one.code))),
        city_figures={code: _measured(chance, code, 18_230) for code in COMPONENTS}
        | {"on_time_share": Measured(0.8137, 0.80, 0.83, 15_000, "ok")},
        flags=_flags(chance, final),
        funnel=Funnel("on_time_ratio", 1.84, True, tuple(sorted(points, key=lambda p: p.code))),
        fairness=_fairness(chance, final),
        maturity=Maturity(18_230, 2_106, 15_000, 2_730, 500, 2_106 / 18_230),
        counts={"cases": 19_400, "complaints": 18_230},
    )


def _measured(chance: random.Random, code: str, n: int) -> Measured:
    if n == 0:
        return Measured(None, None, None, 0, "none")
    middle, spread = _SPREADS[code]
    value = round(middle + chance.uniform(-1.5, 1.5) * spread, 6)
    width = spread * 8 / (n**0.5 + 1)
    state = "ok" if n >= _MIN_CASES else "too_few"
    return Measured(value, round(value - width, 6), round(value + width, 6), n, state)


def _subject(chance: random.Random, place: int, code: str, name: str, kind: str) -> Subject:
    n = chance.randrange(1, 20) if place % 17 == 16 else int(10 ** chance.uniform(1.4, 3.2))
    found = {component: _measured(chance, component, n) for component in COMPONENTS}
    if place % 31 == 30:
        found["median_response"] = Measured(None, 54_000.0, None, n, "not_reached")
    if place % 23 == 22:
        found["satisfaction"] = Measured(None, None, None, 0, "none")
    weighed = list(_RULES.weights)
    parts = {component: round(chance.gauss(50, 12), 6) for component in weighed}
    return Subject(
        code=code,
        name=name,
        kind=kind,
        parent=None,
        n=n,
        own_cases=n,
        components=found,
        on_time_share=Measured(0.8, 0.7, 0.9, n, "ok" if n >= _MIN_CASES else "too_few"),
        ratios={component: Measured(1.02, 0.9, 1.15, n, "ok") for component in weighed},
        comparable_share=0.97,
        parts=parts,
        score=round(sum(parts.values()) / len(parts), 6),
        rank=None,
        is_ranked=n >= _MIN_RANKED,
        differs=None,
        flags={},
        handovers=Handovers(chance.randrange(40), chance.randrange(40), chance.randrange(9)),
    )


def _ranked(subjects: Sequence[Subject]) -> list[Subject]:
    order = sorted((s for s in subjects if s.is_ranked), key=lambda s: -(s.score or 0))
    ranks = {s.code: place + 1 for place, s in enumerate(order)}
    half = max(len(order) // 8, 1)
    return [
        _replaced(
            s,
            rank=(max(ranks[s.code] - half, 1), min(ranks[s.code] + half, len(order)))
            if s.is_ranked
            else None,
        )
        for s in subjects
    ]


def _point(chance: random.Random, unit: Subject) -> FunnelPoint:
    expected = round(unit.n * 0.8, 6)
    spread = (1.84 / expected) ** 0.5
    z = round(chance.gauss(0, 1.5), 6)
    ratio = round(max(1 + z * spread, 0), 6)
    low998, high998 = round(max(1 - 3.09 * spread, 0), 6), round(1 + 3.09 * spread, 6)
    return FunnelPoint(
        code=unit.code,
        expected=expected,
        observed=round(expected * ratio),
        ratio=ratio,
        low95=round(max(1 - 1.96 * spread, 0), 6),
        high95=round(1 + 1.96 * spread, 6),
        low998=low998,
        high998=high998,
        z=z,
        differs="better" if ratio > high998 else "worse" if ratio < low998 else "as_expected",
    )


def _flags(chance: random.Random, units: Sequence[Subject]) -> tuple[Flag, ...]:
    found = []
    for kind in FLAG_KINDS:
        for unit in chance.sample(list(units), -(-len(units) // 12)):
            n = chance.choice([1, 2, 3, 7, 40])
            cases = tuple(f"JK-2610-{chance.randrange(10**6):06d}" for _ in range(n))
            found.append(Flag(kind, unit.code, cases, n))
    return tuple(sorted(found, key=lambda flag: (flag.kind, flag.unit)))


def _fairness(chance: random.Random, units: Sequence[Subject]) -> Fairness:
    ranked = sorted((u for u in units if u.is_ranked), key=lambda u: u.rank or (0, 0))
    ranks = {unit.code: place + 1 for place, unit in enumerate(ranked)}

    def elsewhere(code: str) -> int | None:
        own = ranks.get(code)
        return None if own is None else min(max(own + chance.randrange(-60, 61), 1), len(ranked))

    rows = [
        FairnessRow(
            code=unit.code,
            score_rank=ranks.get(unit.code),
            standardised_rank=elsewhere(unit.code),
            raw_rank=elsewhere(unit.code),
            former_points_rank=elsewhere(unit.code),
            former_points=round(chance.uniform(40, 90), 6),
            other_cutoff_rank={"10": elsewhere(unit.code), "30": elsewhere(unit.code)},
        )
        for unit in sorted(units, key=lambda unit: unit.code)
    ]
    return Fairness(tuple(rows), {"raw": 43, "former_points": 61, "standardised": 12}, 0.1)


def _replaced(subject: Subject, **changes: Any) -> Subject:
    return Subject(**{**subject.__dict__, **changes})
