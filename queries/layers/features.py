"""The layers this process keeps: their features in degrees and in metres, each version once."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from data.layers.catalogue import Layer, Version, list_layers
from data.layers.contents import fetch_features
from data.layers.model import Columns, LayerError, LayerMissing, Shapes
from data.store import Store
from queries.cache import Cache
from queries.layers.plane import Plane, plane_of

_CHECK_SECONDS = 1.0
_KEPT_VERSIONS = 24


@dataclass(frozen=True)
class KeptLayer:
    """The features of a layer's version in force. Never changed; shared by threads."""

    code: str
    version: Version
    plane: Plane
    shapes: Shapes  # degrees, longitude and latitude
    columns: Columns

    @property
    def version_id(self) -> int:
        return self.version.id

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def metric(self) -> Shapes:
        """The shapes on the city's plane, in metres, prepared."""
        shapes = self.plane.shapes_to_metres(self.shapes)
        shapely.prepare(shapes)
        return shapes

    @cached_property
    def is_polygonal(self) -> bool:
        """Whether every feature has an inside."""
        return bool((shapely.get_dimensions(self.shapes) == 2).all())

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Over `metric`."""
        return shapely.STRtree(self.metric)

    def where(self, field: str, value: str) -> np.ndarray:
        """Whether each feature's field, written as text, is `value`. Raises LayerError."""
        self.check_field(field)
        return np.array([text_of(found) == value for found in self.columns[field]], bool)

    def check_field(self, field: str) -> None:
        """Raises LayerError that names the fields there are."""
        if field not in self.columns:
            names = ", ".join(self.columns) or "none"
            raise LayerError(
                "layer {code!r} has no field {field!r}; its fields are: {names}",
                code=self.code,
                field=field,
                names=names,
            )


def text_of(value: object) -> str:
    """A property as it is written in an address: 2.0 as 2, true and false, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class _Known:
    """The catalogue as it was at most a second ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._layers: dict[str, Layer] = {}
        self._checked = -_CHECK_SECONDS

    def layers(self, store: Store) -> dict[str, Layer]:
        with self._lock:
            if time.monotonic() - self._checked >= _CHECK_SECONDS:
                self._layers = {layer.code: layer for layer in list_layers(store)}
                self._checked = time.monotonic()
            return self._layers

    def forget(self) -> None:
        with self._lock:
            self._checked = -_CHECK_SECONDS


def known_layers(store: Store) -> dict[str, Layer]:
    """Layers by code; at most a second behind a change made by another process."""
    known: _Known = store.kept("layers", _Known)
    return known.layers(store)


def versions_of(store: Store, codes: Iterable[str]) -> tuple[int, ...]:
    """The version in force of each layer, 0 for none: what changes when they do."""
    known = known_layers(store)
    return tuple(known[code].version.id if code in known else 0 for code in codes)


def forget_layers(store: Store) -> None:
    """Look at the catalogue anew; call after changing it."""
    known: _Known = store.kept("layers", _Known)
    known.forget()


def kept_layer(store: Store, code: str) -> KeptLayer:
    """A layer with its features. Raises LayerError for one that is not known."""
    layer = known_layers(store).get(code)
    if layer is None:
        there = ", ".join(sorted(known_layers(store))[:12]) or "none"
        raise LayerMissing(
            "layer {code!r} is not known; there are: {names}", code=code[:80], names=there
        )
    plane = plane_of(store)
    cache: Cache = store.kept("layer-features", lambda: Cache(_KEPT_VERSIONS))
    key = (layer.version.id, id(plane))
    kept: KeptLayer = cache.get(key, lambda: _kept(store, layer, plane))
    return kept


def _kept(store: Store, layer: Layer, plane: Plane) -> KeptLayer:
    table = fetch_features(store, layer.version.id)
    return KeptLayer(layer.code, layer.version, plane, table.shapes, table.columns)


def layer_names(store: Store) -> dict[str, Mapping[str, str]]:
    """What layers are called, by code and language."""
    return {code: layer.about.names for code, layer in known_layers(store).items()}
