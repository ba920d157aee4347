"""Boundaries for the screen: what is drawn, and what the files of others have that is not."""

import geopandas
import numpy as np
import shapely

from queries.boundaries import simplify_together
from tests.conftest import real_file


def holes(shapes: np.ndarray) -> list[int]:
    return [sum(len(part.interiors) for part in shapely.get_parts(shape)) for shape in shapes]


def test_seams_go_and_holes_stay() -> None:
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    seam, lake = shapely.box(0.1, 0.1, 0.102, 0.12), shapely.box(0.5, 0.5, 0.7, 0.7)
    enclave = shapely.box(1.4, 0.4, 1.42, 0.42)
    districts = np.array([west - seam - lake, east - enclave, enclave], object)
    assert holes(districts) == [2, 1, 0]
    drawn = simplify_together(districts)
    assert holes(drawn) == [1, 1, 0]
    assert shapely.area(drawn[0]) > shapely.area(districts[0])


def test_real_subdistricts_have_no_specks() -> None:
    file = real_file("jakarta", "kecamatan_44.geojson")
    shapes = geopandas.read_file(file).geometry.to_numpy()
    assert sum(holes(shapes)) > 300
    assert sum(holes(simplify_together(shapes))) == 0
