"""What the features of a layer say in one field: the values one can choose from."""

from collections import Counter
from dataclasses import dataclass

from data.layers.model import LayerError
from data.store import Store
from queries.cache import Cache
from queries.layers.features import KeptLayer, kept_layer, text_of

_KEPT_FIELDS = 64


@dataclass(frozen=True)
class FieldValues:
    """Values as an address writes them, each with its features, commonest first."""

    values: tuple[tuple[str, int], ...]
    total: int  # of different values that were looked for, given or not


def field_values(
    store: Store, code: str, field: str, *, containing: str = "", limit: int = 100
) -> FieldValues:
    """The `limit` commonest values that contain a text. Raises LayerError."""
    layer = kept_layer(store, code)
    if field not in layer.columns:
        names = ", ".join(layer.columns) or "none"
        raise LayerError(
            "layer {code!r} has no field {field!r}; its fields are: {names}",
            code=code,
            field=field[:80],
            names=names,
        )
    cache: Cache = store.kept("layer-values", lambda: Cache(_KEPT_FIELDS))
    counted: list[tuple[str, int]] = cache.get(
        (layer.version.id, field), lambda: _counted(layer, field)
    )
    wanted = containing.casefold()
    found = [pair for pair in counted if wanted in pair[0].casefold()] if wanted else counted
    return FieldValues(tuple(found[:limit]), len(found))


def _counted(layer: KeptLayer, field: str) -> list[tuple[str, int]]:
    counts = Counter(text_of(value) for value in layer.columns[field])
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
