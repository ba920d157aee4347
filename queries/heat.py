"""Heat tiles of a filter: where complaints are dense, as pictures for the map."""

import io
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from PIL import Image

from data.store import Store
from queries.cache import Cache
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.heat_field import CELL_ZOOM, TILE_PIXELS, HeatField, bin_shift, to_cells
from queries.views import local_today, seen_at

MAX_ZOOM = 22
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


def heat_tile(store: Store, complaint_filter: ComplaintFilter, z: int, x: int, y: int) -> bytes:
    """A PNG of 256 × 256 RGBA pixels, transparent where cold. Raises NoSuchTile."""
    return fetch_heat_tile(store, complaint_filter, z, x, y).png


def fetch_heat_tile(
    store: Store, complaint_filter: ComplaintFilter, z: int, x: int, y: int
) -> HeatTile:
    """The tile with the seq of the data it shows. Raises NoSuchTile.

    While complaints arrive it may be up to 5 seconds behind, never when nothing changes.
    """
    if not 0 <= z <= MAX_ZOOM:
        raise NoSuchTile(f"zoom {z} is not between 0 and {MAX_ZOOM}")
    if not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise NoSuchTile(f"zoom {z} has no tile {x}/{y}; both are below {1 << z}")
    counted = _counted(store, complaint_filter)
    pixels = counted.field.draw(z, x, y)
    return HeatTile(to_png(pixels) if pixels.any() else _empty_png(), counted.seq)


def heat_field(store: Store, complaint_filter: ComplaintFilter) -> HeatField:
    """The density behind the tiles, for pictures of another size."""
    return _counted(store, complaint_filter).field


def full_colour_per_km2(store: Store, complaint_filter: ComplaintFilter, zoom: int) -> float:
    """Complaints per km² that are drawn in full colour at a zoom, for the legend."""
    per_bin = _counted(store, complaint_filter).field.maximum(zoom)
    latitude = np.radians(store.reference().city.latitude)
    bins_around = 1 << (CELL_ZOOM - bin_shift(zoom))
    return float(per_bin / (_EQUATOR_KM * np.cos(latitude) / bins_around) ** 2)


def to_png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
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
    return complaint_filter, local_today(store), instant, store.reference().version


def _fresh(counted: _Counted, seq: int) -> bool:
    if counted.seq >= seq:
        return True
    patience = min(_STALE_SECONDS, _STALE_SHARE * counted.cost_seconds)
    return time.monotonic() - counted.at < patience


@cache
def _empty_png() -> bytes:
    return to_png(np.zeros((TILE_PIXELS, TILE_PIXELS, 4), dtype=np.uint8))
