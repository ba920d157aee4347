"""Work on long arrays in blocks, on all cores: NumPy, SciPy and shapely let go of the lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_BLOCK = 16_384  # rows: what is made of a block stays in the processor's own memory
_MOST_THREADS = 4


def in_blocks(work: Callable[..., Any], *columns: Array, block: int = _BLOCK) -> list[Any]:
    """What `work` makes of each block of rows of the columns, in order."""
    rows = len(columns[0])
    parts = [
        tuple(column[first : first + block] for column in columns)
        for first in range(0, rows, block)
    ]
    threads = min(os.cpu_count() or 1, _MOST_THREADS, len(parts))
    if threads <= 1:
        return [work(*part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda part: work(*part), parts))


def joined(parts: list[Any], place: int, kind: Any) -> Array:
    """One array of the arrays that stand at `place` in every part."""
    found = [part[place] for part in parts]
    return np.concatenate(found).astype(kind, copy=False) if found else np.empty(0, kind)
