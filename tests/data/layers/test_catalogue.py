"""Layers come whole or not at all, and what they replace is kept."""

from datetime import timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import insert, select, update

from data.database import read, write
from data.layers import catalogue, versions
from data.layers.catalogue import find_layer, list_layers, list_versions, publish, replace
from data.layers.contents import fetch_features
from data.layers.model import About, FeatureTable, Field, LayerError, Note
from data.layers.tables import layer_versions
from data.store import Store

PUMPS = About(names={"en": "Pumps", "id": "Pompa"}, source="City", style={"colour": "#123456"})


def table(points: int, *, name: str = "Pump") -> FeatureTable:
    places = np.arange(points) / 1000
    return FeatureTable(
        shapes=shapely.points(106.8 + places, -6.2 + places),
        columns={
            "name": [f"{name} “{n}”" for n in range(points)],
            "power": [None if n == 1 else n * 1.5 for n in range(points)],
        },
        fields=(Field("name", "text"), Field("power", "number")),
        notes=(Note("repaired", 3),),
        crs="EPSG:32748",
        file_format="Shapefile",
    )


def test_what_is_published_is_read_back(any_store: Store) -> None:
    layer = publish(any_store, "pumps", PUMPS, table(3), file_name="pumps.zip")
    assert layer.about == PUMPS
    assert (layer.version.features, layer.version.geometry) == (3, "point")
    assert layer.version.extent == pytest.approx((106.8, -6.2, 106.802, -6.198))
    assert layer.version.notes == (Note("repaired", 3),)
    found = fetch_features(any_store, layer.version.id)
    assert shapely.equals(found.shapes, table(3).shapes).all()
    assert found.columns == table(3).columns


def test_a_layer_without_features_is_one(any_store: Store) -> None:
    layer = publish(any_store, "none", PUMPS, table(0), file_name="none.csv")
    assert layer.version.extent is None
    assert len(fetch_features(any_store, layer.version.id)) == 0


def test_more_features_than_one_transaction_takes(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.layers.contents._WRITE_ROWS", 7)
    layer = publish(any_store, "pumps", PUMPS, table(60), file_name="pumps.zip")
    assert fetch_features(any_store, layer.version.id).columns == table(60).columns


def test_a_code_is_taken_once(any_store: Store) -> None:
    publish(any_store, "pumps", PUMPS, table(1), file_name="a")
    with pytest.raises(LayerError, match="there already"):
        publish(any_store, "pumps", PUMPS, table(2), file_name="b")
    with pytest.raises(LayerError, match="lower-case letters"):
        publish(any_store, "Pumps!", PUMPS, table(2), file_name="b")
    assert find_layer(any_store, "pumps").version.features == 1


def test_replaced_restored_removed_brought_back(any_store: Store) -> None:
    publish(any_store, "pumps", PUMPS, table(1), file_name="a")
    assert replace(any_store, "pumps", table(2), file_name="b").version.number == 2
    assert replace(any_store, "pumps", table(2), file_name="same").version.number == 2
    assert [one.number for one in list_versions(any_store, "pumps")] == [2, 1]
    assert catalogue.restore(any_store, "pumps", 1).version.features == 1
    with pytest.raises(LayerError, match="no version 9"):
        catalogue.restore(any_store, "pumps", 9)
    catalogue.remove(any_store, "pumps")
    assert list_layers(any_store) == ()
    with pytest.raises(LayerError, match="there are: none"):
        find_layer(any_store, "pumps")
    assert catalogue.bring_back(any_store, "pumps").version.features == 1


def test_a_version_that_breaks_off_leaves_no_trace(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(any_store, "pumps", PUMPS, table(1), file_name="a")

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(versions, "write_features", fail)
    with pytest.raises(OSError):
        replace(any_store, "pumps", table(2), file_name="b")
    with pytest.raises(OSError):
        publish(any_store, "gates", PUMPS, table(2), file_name="b")
    monkeypatch.undo()
    assert [one.number for one in list_versions(any_store, "pumps")] == [1]
    assert [layer.code for layer in list_layers(any_store)] == ["pumps"]
    assert publish(any_store, "gates", PUMPS, table(2), file_name="c").version.number == 1


def test_a_version_whose_process_was_ended_is_none_and_goes(any_store: Store) -> None:
    """As a kill leaves it: begun, its features half written, never finished."""
    layer = publish(any_store, "pumps", PUMPS, table(1), file_name="a")
    with write(any_store.engine) as connection:
        begun = dict(
            connection.execute(select(layer_versions).where(layer_versions.c.number == 1))
            .mappings()
            .one()
        )
        del begun["id"]
        connection.execute(insert(layer_versions).values(begun | {"number": 2, "sha256": ""}))
    with pytest.raises(LayerError, match="no version 2"):
        catalogue.restore(any_store, "pumps", 2)
    assert [one.number for one in list_versions(any_store, "pumps")] == [1]
    assert catalogue.prune_versions(any_store, "pumps", keep=1) == 0 and numbers(any_store) == [
        1,
        2,
    ]
    with write(any_store.engine) as connection:  # so long ago that nobody is at it any more
        connection.execute(
            update(layer_versions)
            .where(layer_versions.c.number == 2)
            .values(created_at=layer.created_at - timedelta(hours=2))
        )
    assert catalogue.prune_versions(any_store, "pumps", keep=1) == 0 and numbers(any_store) == [1]


def numbers(store: Store) -> list[int]:
    with read(store.engine) as connection:
        return list(connection.scalars(select(layer_versions.c.number).order_by("number")))


def test_old_versions_are_pruned_but_never_the_one_in_force(any_store: Store) -> None:
    publish(any_store, "pumps", PUMPS, table(1), file_name="a")
    for points in range(2, 7):
        replace(any_store, "pumps", table(points), file_name="b")
    catalogue.restore(any_store, "pumps", 1)
    assert catalogue.prune_versions(any_store, "pumps", keep=2) == 3
    assert [one.number for one in list_versions(any_store, "pumps")] == [6, 5, 1]
