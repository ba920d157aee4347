"""Complaints per cell, smoothed into a picture. Pure: arrays in, arrays out.

A piece of the map is drawn with a margin as wide as the kernel, and all pieces of a zoom share one
maximum: so tiles have no seams.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from PIL import Image
from scipy.ndimage import gaussian_filter

from data.geography import TILE_ZOOM as CELL_ZOOM

TILE_PIXELS = 256
_BINS_PER_TILE_LOG2 = 6  # 64 bins a tile, 4 pixels each, down to the size of a cell
_SIGMA = 2.5  # bins; the standard deviation of the kernel
_KERNEL_RADIUS = 8  # bins; a little over 3 standard deviations
_MARGIN = _KERNEL_RADIUS + 2  # the bicubic enlargement looks two bins further
_BLOCK_LOG2 = 8  # the maximum is sought in blocks of 256 × 256 bins
_QUANTILE = 0.997  # of the occupied bins: a single hot spot must not bleach the city
_LONE_PEAK = 1 / (2 * np.pi * _SIGMA**2)  # the height of one complaint on its own
_FEWEST_AT_FULL = 4  # complaints in one bin for full colour, so that a few stay pale
_GAMMA = 0.6  # counts are skewed: this lifts the middle

# The palette: share of the maximum, colour, opacity. Violet to amber reads on dark and on light,
# and is neither the choropleth's scheme nor the statuses'.
PALETTE: tuple[tuple[float, str, float], ...] = (
    (0.00, "#5b5bd6", 0.00),
    (0.06, "#5b5bd6", 0.05),
    (0.30, "#6f5bd6", 0.45),
    (0.55, "#b454b8", 0.66),
    (0.80, "#ec6f7d", 0.80),
    (1.00, "#ffb454", 0.90),
)


@dataclass(frozen=True)
class Cells:
    """Occupied zoom-20 cells in ascending x: int arrays of one length; n > 0 complaints each."""

    x: np.ndarray
    y: np.ndarray
    n: np.ndarray

    @property
    def total(self) -> int:
        return int(self.n.sum())


def to_cells(counts: pd.DataFrame) -> Cells:
    """From columns x, y, n; complaints without a place are left out."""
    placed = counts.dropna(subset=["x", "y"])
    order = np.argsort(placed["x"].to_numpy(dtype=np.int64), kind="stable")
    x, y, n = (placed[name].to_numpy(dtype=np.int64)[order] for name in ("x", "y", "n"))
    return Cells(x, y, n)


@dataclass(frozen=True)
class HeatField:
    """The density of one set of cells at every zoom."""

    cells: Cells
    _maxima: dict[int, float] = field(default_factory=dict)

    def maximum(self, zoom: int) -> float:
        """The density in full colour at a zoom, in complaints per bin."""
        shift = bin_shift(zoom)
        if shift not in self._maxima:
            self._maxima[shift] = _robust_maximum(self.cells, shift)
        return self._maxima[shift]

    def draw(self, zoom: int, x: int, y: int, *, across: int = 1, down: int = 1) -> np.ndarray:
        """RGBA pixels, uint8 (256·down, 256·across, 4), of the tiles from (x, y) on."""
        return palette()[self.steps(zoom, x, y, (across, down))]

    def steps(
        self, zoom: int, x: int, y: int, tiles: tuple[int, int], *, pixels: int = TILE_PIXELS
    ) -> np.ndarray:
        """Rows of the palette, uint8 (pixels·down, pixels·across), of the tiles from (x, y) on.

        `tiles` is how many across and down.
        """
        size = tiles[0] * pixels, tiles[1] * pixels
        density = self._density(zoom, x, y, tiles, size)
        if density is None:
            return np.zeros(size[::-1], dtype=np.uint8)
        lifted = np.clip(density / self.maximum(zoom), 0, 1) ** np.float32(_GAMMA)
        return (lifted * 255 + 0.5).astype(np.uint8)

    def _density(
        self, zoom: int, x: int, y: int, tiles: tuple[int, int], size: tuple[int, int]
    ) -> np.ndarray | None:
        shift = bin_shift(zoom)
        scale = 2.0 ** (CELL_ZOOM - zoom - shift)  # bins a tile; below 1 past the cells' own zoom
        west, north = int(x * scale), int(y * scale)
        across, down = tiles
        width = int(np.ceil((x + across) * scale)) - west + 2 * _MARGIN
        height = int(np.ceil((y + down) * scale)) - north + 2 * _MARGIN
        grid = binned(self.cells, shift, west - _MARGIN, north - _MARGIN, width, height)
        if not grid.any():
            return None
        left, top = x * scale - west + _MARGIN, y * scale - north + _MARGIN
        picture = Image.fromarray(_smooth(grid)).resize(
            size,
            Image.Resampling.BICUBIC,
            box=(left, top, left + across * scale, top + down * scale),
        )
        return np.asarray(picture)


def bin_shift(zoom: int) -> int:
    """Cells make bins of 2**shift × 2**shift at a zoom; never less than one cell."""
    return max(CELL_ZOOM - zoom - _BINS_PER_TILE_LOG2, 0)


def binned(cells: Cells, shift: int, west: int, north: int, width: int, height: int) -> np.ndarray:
    """Complaints per bin, float32 (height, width), of the window from bin (west, north) on."""
    first, last = np.searchsorted(cells.x, (west << shift, (west + width) << shift))
    column = (cells.x[first:last] >> shift) - west
    row = (cells.y[first:last] >> shift) - north
    inside = (row >= 0) & (row < height)
    flat = row[inside] * width + column[inside]
    counts = np.bincount(flat, weights=cells.n[first:last][inside], minlength=width * height)
    return counts.reshape(height, width).astype(np.float32)


def density_of(share: float) -> float:
    """The share of the maximum that is drawn in the colour at `share` of the palette."""
    return share ** (1 / _GAMMA)


def _smooth(grid: np.ndarray) -> np.ndarray:
    return gaussian_filter(grid, _SIGMA, mode="constant", radius=_KERNEL_RADIUS)


def _robust_maximum(cells: Cells, shift: int) -> float:
    floor = _FEWEST_AT_FULL * _LONE_PEAK
    if not len(cells.x):
        return floor
    # Only where something is: a stray point far away costs one block, not the way there.
    in_blocks = shift + _BLOCK_LOG2
    blocks = np.unique((cells.x >> in_blocks << 32) | (cells.y >> in_blocks))
    size = (1 << _BLOCK_LOG2) + 2 * _MARGIN
    inner = slice(_MARGIN, -_MARGIN)
    heights = []
    for block in blocks.tolist():
        west, north = ((b << _BLOCK_LOG2) - _MARGIN for b in (block >> 32, block & 0xFFFFFFFF))
        grid = binned(cells, shift, west, north, size, size)
        heights.append(_smooth(grid)[inner, inner][grid[inner, inner] > 0])
    return max(float(np.quantile(np.concatenate(heights), _QUANTILE)), floor)


@cache
def palette() -> np.ndarray:
    """PALETTE in 256 steps, RGBA uint8 (256, 4)."""
    steps = np.linspace(0, 1, 256)
    stops = [share for share, _, _ in PALETTE]
    channels = [[int(colour[i : i + 2], 16) for _, colour, _ in PALETTE] for i in (1, 3, 5)]
    channels.append([round(opacity * 255) for _, _, opacity in PALETTE])
    table = np.column_stack([np.interp(steps, stops, c) for c in channels]).round()
    table[table[:, 3] == 0] = 0  # so that a tile with nothing near is the same transparency
    return table.astype(np.uint8)
