"""z scores of sums of many unlike coins, by the saddlepoint.

The z is the normal quantile of the mid-p: r* of Barndorff-Nielsen (Biometrika 73, 1986) with the
lattice term of Daniels (International Statistical Review 55, 1987), half of the count itself being
beyond. Where all are kept, or none, it is exact. It takes as long for 100,000 cases as for 100.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy.special import ndtri_exp

from queries.evaluation.coins import CoinCounts, Floats

_CENTRE = 0.25  # standard deviations: nearer to the mean r* is nought by nought
_MOST_STEPS = 100
_CLOSE = 1e-13


class ManyCoins(CoinCounts):
    """For a variance of more than a few."""

    def z_of(self, kept: Floats) -> Floats:
        """Of a number of each unit, none to all of its coins: negative is fewer than expected."""
        low, high = self._inside
        inside = np.clip(kept, low, high)
        found, _ = self._z_at(self._tilt_to(inside))
        below, above = self._ends
        found += (kept - high).clip(min=0) / (self.total - high) * (above - found)
        return found + (low - kept).clip(min=0) / low * (below - found)

    def reached(self, z: Floats) -> Floats:
        """The number at which each unit has such a z, whole or between two; none or all where
        it has not."""
        low, high = self._inside
        first, last = self._tilt_to(low), self._tilt_to(high)
        (least, _), (most, _) = self._z_at(first), self._z_at(last)
        aim = np.clip(z, least, most)

        def off(tilt: Floats) -> tuple[Floats, Floats]:
            found, slope = self._z_at(tilt)
            return found - aim, slope

        kept = self._tilted(_root(off, first, last, (first + last) / 2))[0]
        below, above = self._ends
        kept += ((z - most) / (above - most)).clip(0, 1) * (self.total - high)
        return kept - ((least - z) / (least - below)).clip(0, 1) * low

    @cached_property
    def _edge(self) -> Floats:
        return np.minimum(_CENTRE / np.sqrt(self.variance), 1.0)

    @property
    def _inside(self) -> tuple[Floats, Floats]:
        """One away from none and from all, or half way where there is but one."""
        margin = np.minimum(1.0, self.total / 2)
        return margin, self.total - margin

    @property
    def _ends(self) -> tuple[Floats, Floats]:
        """z of none and of all."""
        none, every = np.log1p(-self.chance), np.log(self.chance)
        half = np.log(0.5)
        return (
            ndtri_exp((self.n * none).sum(axis=1) + half),
            -ndtri_exp((self.n * every).sum(axis=1) + half),
        )

    def _tilted(self, tilt: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean and variance of coins whose log odds are so much higher, and how far they lie
        from these (Kullback–Leibler)."""
        by = tilt[:, None]
        grown = 1 + self.chance * np.expm1(by)
        chance = self.chance * np.exp(by) / grown
        return (
            (self.n * chance).sum(axis=1),
            (self.n * chance * (1 - self.chance) / grown).sum(axis=1),
            (self.n * (by * chance - np.log(grown))).sum(axis=1),
        )

    def _tilt_to(self, mean: Floats) -> Floats:
        """The tilt at which that number is the one expected."""
        odds = _log_odds(mean / self.total)
        usual = _log_odds((self.n * self.chance).sum(axis=1) / self.total)

        def off(tilt: Floats) -> tuple[Floats, Floats]:
            found, slope, _ = self._tilted(tilt)
            return found - mean, slope

        least = _log_odds(self.chance.min(initial=0.5))
        most = _log_odds(self.chance.max(initial=0.5))
        return _root(off, odds - most - 1, odds - least + 1, odds - usual)

    def _z_at(self, tilt: Floats) -> tuple[Floats, Floats]:
        """z of the mean at a tilt, and how steeply it rises."""
        edge = self._edge
        is_near = np.abs(tilt) < edge
        found, slope = self._r_star(np.where(is_near, edge, tilt))
        if is_near.any():
            left, _ = self._r_star(-edge)
            line = (found - left) / (2 * edge)
            slope = np.where(is_near, line, slope)
            found = np.where(is_near, left + (tilt + edge) * line, found)
        return found, slope

    def _r_star(self, tilt: Floats) -> tuple[Floats, Floats]:
        _, variance, distance = self._tilted(tilt)
        r = np.sign(tilt) * np.sqrt(2 * distance)
        lattice = 2 * np.tanh(tilt / 2) * np.sqrt(variance)
        return r + np.log(lattice / r) / r, tilt * variance / r


def _log_odds(share: Floats) -> Floats:
    return np.log(share) - np.log1p(-share)


def _root(
    off: Callable[[Floats], tuple[Floats, Floats]], low: Floats, high: Floats, start: Floats
) -> Floats:
    """Where a rising function is 0, by Newton's steps; half way where one would leave."""
    at = start
    for _ in range(_MOST_STEPS):
        value, slope = off(at)
        low, high = np.where(value <= 0, at, low), np.where(value >= 0, at, high)
        step = at - value / slope
        step = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        is_close = np.abs(step - at) <= _CLOSE * (1 + np.abs(at))
        at = step
        if is_close.all():
            break
    return at
