"""Which field names the features of a layer."""

from data.layers.catalogue import Layer
from data.store import Store
from queries.cache import Cache
from queries.layers.features import KeptLayer
from queries.layers.style import chosen_label, name_fields

_KEPT = 64


def label_field(store: Store, layer: Layer, kept: KeptLayer) -> str | None:
    """The one of its style; else, among those called like names, the one that tells most apart.

    Where districts of three levels are named, each feature is called by the lowest of them.
    """
    chosen = chosen_label(layer)
    if chosen is not None:
        return chosen if chosen in kept.columns else None
    cache: Cache = store.kept("layer-name-fields", lambda: Cache(_KEPT))
    found: str | None = cache.get(kept.version.id, lambda: _most_telling(kept))
    return found


def _most_telling(kept: KeptLayer) -> str | None:
    names = [name for name in name_fields(kept.version.fields) if name in kept.columns]
    return max(names, key=lambda name: len(set(kept.columns[name])), default=None)
