"""What this process keeps of layers and complaints together, within a limit of bytes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar, cast

import numpy as np

from data.store import Store
from queries.columns import current_facts
from queries.layers.areas import AreaReach
from queries.layers.conditions import Area
from queries.layers.features import kept_layer, known_layers
from queries.layers.plane import plane_of
from queries.layers.positions import Positions, positions_of
from queries.layers.reach import Reach

_MOST_BYTES = 600 << 20
_FOLLOWED_SECONDS = 900.0  # what nobody asked for since catches up at the next question


class _Kept(Protocol):
    @property
    def nbytes(self) -> int: ...

    def follow(self, positions: Positions) -> None: ...


K = TypeVar("K", bound=_Kept)


class Keeping:
    """Keeps what was asked for last. Safe to share between threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._following = threading.Lock()
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[_Kept, float]] = OrderedDict()
        self._seq = -1

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], K]) -> K:
        with self._lock:
            found = self._kept.pop(key, None)
            kept = make() if found is None else found[0]
            self._kept[key] = kept, time.monotonic()
            self._shrink()
            return cast(K, kept)

    def _shrink(self) -> None:
        total = sum(kept.nbytes for kept, _ in self._kept.values())
        while total > self._most_bytes and len(self._kept) > 1:
            _, (oldest, _) = self._kept.popitem(last=False)
            total -= oldest.nbytes

    def forget(self, is_gone: Callable[[Hashable], bool]) -> None:
        with self._lock:
            for key in [key for key in self._kept if is_gone(key)]:
                del self._kept[key]

    def follow(self, store: Store) -> None:
        """Bring up to date what was asked for lately; nothing while another thread does so."""
        if not self._following.acquire(blocking=False):
            return
        try:
            with self._lock:
                since = time.monotonic() - _FOLLOWED_SECONDS
                lately = [kept for kept, asked in self._kept.values() if asked >= since]
            if not lately:
                return
            facts = current_facts(store)
            if facts.seq == self._seq:
                return
            positions = positions_of(store, facts)
            for kept in lately:
                kept.follow(positions)
            self._seq = facts.seq
        finally:
            self._following.release()


def _keeping(store: Store) -> Keeping:
    keeping: Keeping = store.kept("reaches", Keeping)
    return keeping


def reach_of(store: Store, code: str, field: str | None = None, value: str | None = None) -> Reach:
    """Of the layer's version in force, or of its features whose field has the value.

    Raises LayerError for a layer or field that is not known.
    """
    layer = kept_layer(store, code)

    def make() -> Reach:
        numbers = np.arange(len(layer), dtype=np.int32)
        if field is not None:
            numbers = numbers[layer.where(field, value or "")]
        return Reach(layer, numbers)

    return _keeping(store).get(("layer", layer.version.id, layer.plane, field, value), make)


def area_reach_of(store: Store, area: Area) -> AreaReach:
    plane = plane_of(store)
    return _keeping(store).get(("area", plane, area), lambda: AreaReach(plane, area))


def follow_complaints(store: Store) -> None:
    """Let new complaints join the layers and areas asked for lately, before the next question."""
    keeping = _keeping(store)
    in_force = {layer.version.id for layer in known_layers(store).values()}
    keeping.forget(lambda key: _names_version(key) not in in_force | {None})
    keeping.follow(store)


def _names_version(key: Hashable) -> int | None:
    return key[1] if isinstance(key, tuple) and key[0] == "layer" else None
