"""Classes of a choropleth: page, legend and exported picture draw from the same ones."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["sequential", "diverging"]

NOT_REACHED_COLOUR = "#9b6bb3"  # violet: in neither scheme, so it is never read as a high value
NONE_COLOUR = "#6b7689"  # a district without a value

# Nuñez, Anderton & Renslow (2018), "Optimizing colormaps …", PLOS ONE 13(7): cividis at even steps
# from 0.08, because its darkest end cannot be told from the dark page.
_CIVIDIS = (
    "#003070",
    "#2d416d",
    "#46516c",
    "#5d616e",
    "#717274",
    "#868379",
    "#9c9576",
    "#b5a86f",
    "#cdbb63",
    "#e7d150",
    "#fee838",
)
_BLUES = ("#b4d3ec", "#6aa9dc", "#2475b8")  # from the middle outwards
_ORANGES = ("#f5cfa6", "#ee9c4a", "#c75f0a")
_NEUTRAL = "#d5d8de"


@dataclass(frozen=True)
class Classes:
    """Class i holds breaks[i-1] <= value < breaks[i]; there is one colour more than breaks."""

    breaks: tuple[float, ...]
    colours: tuple[str, ...]

    def index(self, value: float) -> int:
        return bisect_right(self.breaks, value)

    def colour(self, value: float) -> str:
        return self.colours[self.index(value)]

    def counts(self, values: pd.Series) -> tuple[int, ...]:
        """How many of the values (NaN aside) fall in each class."""
        indexes = np.searchsorted(self.breaks, _finite(values), side="right")
        return tuple(np.bincount(indexes, minlength=len(self.colours)).tolist())


def classify(
    values: pd.Series, *, kind: Kind, classes: int = 6, higher_is_better: bool = False
) -> Classes:
    """At most `classes` classes of about equal size; fewer when values are few or tied.

    Sequential: quantile classes, dark is good (low, unless `higher_is_better`). Diverging: an odd
    number of classes, symmetric, the middle one around zero; blue is good. NaN and infinite values
    are left out. Raises ValueError for an unknown kind or fewer than one class.
    """
    if classes < 1:
        raise ValueError(f"classes must be at least 1, not {classes}")
    finite = _finite(values)
    if kind == "sequential":
        breaks = _quantile_breaks(finite, classes)
    elif kind == "diverging":
        breaks = _symmetric_breaks(finite, classes)
    else:
        raise ValueError(f"kind {kind!r} is neither 'sequential' nor 'diverging'")
    return classes_at(breaks, kind=kind, higher_is_better=higher_is_better)


def classes_at(
    breaks: Sequence[float], *, kind: Kind = "sequential", higher_is_better: bool = False
) -> Classes:
    """Classes with given inner limits, as for the thresholds of a target."""
    limits = tuple(float(limit) for limit in breaks)
    if any(high <= low for low, high in pairwise(limits)):
        raise ValueError(f"class limits must grow, not {limits}")
    colours = _sequential(len(limits) + 1) if kind == "sequential" else _diverging(len(limits) + 1)
    return Classes(limits, colours[::-1] if higher_is_better else colours)


def _finite(values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    return numbers[np.isfinite(numbers)]


def _quantile_breaks(values: np.ndarray, classes: int) -> list[float]:
    if len(values) == 0:
        return []
    shares = np.arange(1, classes) / classes
    # Limits are values themselves, and none is the smallest: so no class is empty.
    limits = np.unique(np.quantile(values, shares, method="higher"))
    return [float(limit) for limit in limits if limit > values.min()]


def _symmetric_breaks(values: np.ndarray, classes: int) -> list[float]:
    sizes = np.abs(values[values != 0])
    sides = min((classes - 1) // 2, len(_BLUES), len(np.unique(sizes)))
    if sides == 0:
        return []
    # The middle class takes half a share, since it lies on both sides of zero.
    limits = np.unique(np.quantile(sizes, (np.arange(sides) + 0.5) / (sides + 0.5)))
    return [*(-limits[::-1]).tolist(), *limits.tolist()]


def _sequential(count: int) -> tuple[str, ...]:
    if count == 1:
        return (_CIVIDIS[len(_CIVIDIS) // 2],)
    steps = np.linspace(0, len(_CIVIDIS) - 1, count)
    red_green_blue = np.array([_channels(colour) for colour in _CIVIDIS], dtype=float)
    mixed = [np.interp(steps, range(len(_CIVIDIS)), column) for column in red_green_blue.T]
    return tuple(
        f"#{round(red):02x}{round(green):02x}{round(blue):02x}"
        for red, green, blue in zip(*mixed, strict=True)
    )


def _diverging(count: int) -> tuple[str, ...]:
    sides, odd = divmod(count, 2)
    chosen = {1: (1,), 2: (0, 2)}.get(sides, range(min(sides, len(_BLUES))))
    blues = [_BLUES[step] for step in chosen] if sides else []
    oranges = [_ORANGES[step] for step in chosen] if sides else []
    extra = sides - len(blues)  # more classes than shades: the outermost shade repeats
    return (
        *([_BLUES[-1]] * extra),
        *blues[::-1],
        *([_NEUTRAL] * odd),
        *oranges,
        *([_ORANGES[-1]] * extra),
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
