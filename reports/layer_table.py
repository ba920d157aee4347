"""A city layer as the table that its file holds."""

from datetime import datetime
from typing import Any

from data.layers.catalogue import Layer, Version
from data.layers.contents import fetch_features
from data.store import Store
from reports.layer_file_parts import FileAbout, Table
from reports.provenance import about_layer


def layer_table(
    store: Store, layer: Layer, version: Version, language: str
) -> tuple[Table, FileAbout]:
    """Features in their order, untouched. Raises LookupError for a version that is gone."""
    found = fetch_features(store, version.id)
    columns: dict[str, list[Any]] = {
        one.name: _instants(found.columns[one.name])
        if one.kind == "instant"
        else found.columns[one.name]
        for one in found.fields
    }
    return Table(found.shapes, columns), about_layer(store, layer, version, language)


def _instants(texts: list[Any]) -> list[datetime | None]:
    return [None if text is None else datetime.fromisoformat(text) for text in texts]
