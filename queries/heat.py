"""Heat tiles of a filter: where complaints are dense, as pictures for the map."""

import io
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from data.store import Store
from queries.cache import Cache
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.heat_field import CELL_ZOOM, TILE_PIXELS, HeatField, bin_shift, palette, to_cells
from queries.views import seen_at, stamp_of

MAX_ZOOM = 22
SCALES = (1, 2, 4)
_MOST_PIXELS = 512  # heat is smooth: a browser enlarges it as well as we would
_KEPT_FIELDS = 8  # filters; about 10 MB each for a million complaints
_STALE_SECONDS = 5.0
_STALE_SHARE = 10  # while complaints pour in, at most a tenth of the time goes into recounting
_EQUATOR_KM = 40_075.017


class NoSuchTile(ValueError):
    """The address is not one of a tile."""


@dataclass(frozen=True)
class _Counted:
    seq: int
    at: float  # monotonic seconds
    cost_seconds: float
    field: HeatField


@dataclass
class _Latest:
    """The newest count of one filter; threads that ask together wait for one of them to count."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    counted: _Counted | None = None


@dataclass(frozen=True)
class HeatTile:
    png: bytes
    seq: int  # the state of the data that it shows


def fetch_heat_tile(
    store: Store, complaint_filter: ComplaintFilter, z: int, x: int, y: int, *, scale: int = 1
) -> HeatTile:
    """A square PNG, transparent where cold, and the seq of its data.

    `scale` is one of SCALES: one picture of 2 × 2 or 4 × 4 tiles of a deeper zoom costs a reader
    one request instead of 4 or 16. It has 256 pixels a side, or 512 where scaled. While complaints
    arrive it may be up to 5 seconds behind, never when nothing changes. Raises NoSuchTile.
    """
    if scale not in SCALES:
        raise NoSuchTile(f"scale {scale} is not one of {', '.join(map(str, SCALES))}")
    if not 0 <= z <= MAX_ZOOM:
        raise NoSuchTile(f"zoom {z} is not between 0 and {MAX_ZOOM}")
    if not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise NoSuchTile(f"zoom {z} has no tile {x}/{y}; both are below {1 << z}")
    counted = _counted(store, complaint_filter)
    pixels = min(TILE_PIXELS, _MOST_PIXELS // scale)
    steps = counted.field.steps(
        z + scale.bit_length() - 1, x * scale, y * scale, (scale, scale), pixels=pixels
    )
    return HeatTile(_to_png(steps), counted.seq)


def heat_field(store: Store, complaint_filter: ComplaintFilter) -> HeatField:
    """The density behind the tiles, for pictures of another size."""
    return _counted(store, complaint_filter).field


def full_colour_per_km2(store: Store, complaint_filter: ComplaintFilter, zoom: int) -> float:
    """Complaints per km² that are drawn in full colour at a zoom, for the legend."""
    per_bin = _counted(store, complaint_filter).field.maximum(zoom)
    latitude = np.radians(store.reference().city.latitude)
    bins_around = 1 << (CELL_ZOOM - bin_shift(zoom))
    return float(per_bin / (_EQUATOR_KM * np.cos(latitude) / bins_around) ** 2)


def _to_png(steps: np.ndarray) -> bytes:
    """With the palette beside the steps: a fifth of the time that four bytes a pixel take."""
    picture = Image.fromarray(steps)
    picture.putpalette(palette().tobytes(), "RGBA")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _counted(store: Store, complaint_filter: ComplaintFilter) -> _Counted:
    latest: _Latest = store.kept("heat", lambda: Cache(_KEPT_FIELDS)).get(
        _key(store, complaint_filter), _Latest
    )
    seq = store.latest_seq()
    with latest.lock:
        if latest.counted is None or not _fresh(latest.counted, seq):
            started = time.monotonic()
            field = HeatField(to_cells(count_by(store, ["x", "y"], complaint_filter)))
            ended = time.monotonic()
            latest.counted = _Counted(seq, ended, ended - started, field)
        return latest.counted


def _key(store: Store, complaint_filter: ComplaintFilter) -> Hashable:
    # The same filter selects others tomorrow; what is overdue changes by the minute.
    instant = seen_at(complaint_filter) if complaint_filter.overdue else None
    return complaint_filter, stamp_of(store, complaint_filter), instant


def _fresh(counted: _Counted, seq: int) -> bool:
    if counted.seq >= seq:
        return True
    patience = min(_STALE_SECONDS, _STALE_SHARE * counted.cost_seconds)
    return time.monotonic() - counted.at < patience
