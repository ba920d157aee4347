"""Points for what was observed beside what was expected, and their weighted mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method
from queries.evaluation.canonical import DECIMALS
from queries.evaluation.sums import Sums
from queries.evaluation.table import GOOD, MICRO, PARTS

Floats = NDArray[np.float64]
_MIDDLE, _MOST = 50.0, 100.0
_RESPONSE = PARTS.index("median_response")
_SATISFACTION = PARTS.index("satisfaction")
_HANDOVER = PARTS.index("handover_share")
_PROVEN = PARTS.index("proven_share")
_DOUBTED = PARTS.index("doubted_share")


def points(sums: Sums, method: Method) -> Floats:
    """0 to 100 for each of PARTS, the last axis; 50 is what the city would reach with this mix.

    See methods/1.0.toml for the formula. Every subject is given some ordinary cases beside its
    own, so that one with few cases stays near the middle.
    """
    shrink, full = _of(method.shrink, 1.0), _of(method.full, 1.0)
    credited, expected = sums.credited / MICRO, sums.usual / MICRO
    better = np.where(GOOD, 1.0, -1.0) * (credited - expected) / (sums.counted + shrink)
    more, less = credited[..., _RESPONSE], expected[..., _RESPONSE]
    extra = shrink[_RESPONSE]
    better[..., _RESPONSE] = np.log((more + extra) / (less + extra))
    earned: Floats = np.clip(_MIDDLE + _MIDDLE * better / full, 0.0, _MOST)
    return np.round(_confirmed(earned, evidence(sums, earned, method), method), DECIMALS)


def evidence(sums: Sums, earned: Floats, method: Method) -> Floats:
    """0 to 1 for each subject: how far its gains count. `earned` are its points.

    The smallest of four: citizens are as content as elsewhere, as many of its closings are
    proven as its services have elsewhere, no more is passed on, and no more is in doubt. Where the
    city proves none, none need be.
    """
    content = earned[..., _SATISFACTION] / _MIDDLE
    kept = np.minimum(earned[..., _HANDOVER], earned[..., _DOUBTED]) / _MIDDLE
    shown, usual = sums.credited[..., _PROVEN] / MICRO, sums.usual[..., _PROVEN] / MICRO
    counted = np.maximum(sums.counted[..., _PROVEN], 1)
    extra = method.shrink[PARTS[_PROVEN]] * usual / counted  # ordinary closings, proven as usual
    proof = np.where(usual > 0, (shown + extra) / np.where(usual > 0, usual + extra, 1.0), 1.0)
    found: Floats = np.minimum(np.minimum(content, kept), np.minimum(proof, 1.0))
    return found


def _confirmed(earned: Floats, held: Floats, method: Method) -> Floats:
    """Of what some parts earn above the middle, as much as there is evidence for."""
    columns = [PARTS.index(part) for part in method.gains_need_evidence]
    gains = np.maximum(earned[..., columns] - _MIDDLE, 0.0)
    found = earned.copy()
    found[..., columns] -= gains * (1.0 - held[..., np.newaxis])
    return found


def confirmed_cases(sums: Sums, part: str, held: Floats) -> NDArray[np.int64]:
    """Whole cases observed in a part, but of unproven closings no more than usual, and of what is
    gained as much as there is evidence for (`held`)."""
    column = PARTS.index(part)
    gains = sums.credited[:, column] - sums.usual[:, column]
    counted = np.where(gains > 0, np.floor(gains * held), gains)
    return (sums.expected[:, column] + counted.astype(np.int64)) // MICRO


def scores(parts: Floats, method: Method) -> Floats:
    """The mean of the points by weight. Rounded, for that is what ranks go by."""
    weights = _of(method.weights)
    total = np.zeros(parts.shape[:-1])
    for place in range(len(PARTS)):  # in this order on every machine
        total = total + weights[place] * parts[..., place]
    return np.round(total / float(weights.sum()), DECIMALS)


def ranks(values: Floats) -> NDArray[np.int64]:
    """1 for the highest of the last axis; equal ones share the better rank."""
    order = np.sort(values, axis=-1)
    if values.ndim == 1:
        return 1 + len(values) - np.searchsorted(order, values, side="right")
    found = [
        1 + values.shape[-1] - np.searchsorted(row, own, side="right")
        for row, own in zip(order, values, strict=True)
    ]
    return np.array(found, np.int64).reshape(values.shape)


def _of(table: dict[str, Any], unweighed: float = 0.0) -> Floats:
    return np.array([table.get(part, unweighed) for part in PARTS])
