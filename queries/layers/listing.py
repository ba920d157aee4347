"""The layers that a map offers, as it needs to know them before any is drawn."""

from dataclasses import asdict
from typing import Any

from data.instants import now
from data.layers.catalogue import Layer
from data.layers.remote_state import is_stale
from data.reference import Reference
from data.store import Store
from queries.layers.features import known_layers
from queries.layers.style import stamp_of, style_of


def list_for_map(store: Store, language: str) -> list[dict[str, Any]]:
    """All layers by name. `version` names a state of features and style; it is the `v` to ask for.

    `remote` is None for a layer that nobody fetches.
    """
    reference = store.reference()
    found = [_entry(layer, reference, language) for layer in known_layers(store).values()]
    return sorted(found, key=lambda entry: (entry["name"].casefold(), entry["code"]))


def _entry(layer: Layer, reference: Reference, language: str) -> dict[str, Any]:
    about, version, style = layer.about, layer.version, style_of(layer)
    return {
        "code": layer.code,
        "name": reference.language_text(dict(about.names), language) or layer.code,
        "description": reference.language_text(dict(about.descriptions), language),
        "geometry": version.geometry,
        "features": version.features,
        "extent": version.extent,
        "version": stamp_of(layer),
        "number": version.number,
        "fields": [asdict(field) for field in version.fields],
        "style": asdict(style),
        "is_approximate": about.is_approximate,
        "source": about.source,
        "licence": about.licence,
        "changed_at": version.created_at.isoformat(),
        "remote": _remote(layer),
    }


def _remote(layer: Layer) -> dict[str, Any] | None:
    """Never its address: that may hold a key."""
    if layer.url is None:
        return None
    return {
        "every_seconds": layer.every_seconds,
        "succeeded_at": layer.succeeded_at.isoformat() if layer.succeeded_at else None,
        "is_failing": layer.last_error is not None,
        "is_stale": is_stale(layer, now()),
    }
