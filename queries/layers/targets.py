"""The features of a layer, or some of them, made ready to be asked of a million complaints."""

from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from queries.layers.edges import TIE_METRES, Edges
from queries.layers.features import KeptLayer
from queries.layers.holding import Polygons

Array = NDArray[Any]
_BYTES_PER_CORNER = 64  # of a prepared shape, roughly


class Targets:
    """Features by their numbers in the layer. What it makes at first use it keeps."""

    def __init__(self, layer: KeptLayer, numbers: Array) -> None:
        self._shapes = layer.metric[numbers]
        self._numbers = numbers
        self._corners = int(shapely.get_num_coordinates(self._shapes).sum())

    @cached_property
    def edges(self) -> Edges:
        return Edges(self._shapes, self._numbers)

    @cached_property
    def polygons(self) -> Polygons:
        shapes, numbers = self._polygonal()
        return Polygons(shapes, numbers)

    def within(self, x: Array, y: Array, metres: float) -> Array:
        """Whether each place is within so many metres, place by place: for those on the brink."""
        places = shapely.points(np.column_stack([x, y]))
        near = np.zeros(len(places), bool)
        # A prepared shape's dwithin rounds unlike distance: that only proposes, this decides.
        wide = metres + TIE_METRES
        place, shape = self._tree.query(places, predicate="dwithin", distance=wide)
        closer = shapely.distance(places[place], self._shapes[shape]) <= metres
        near[place[closer]] = True
        return near

    @property
    def nbytes(self) -> int:
        edges: Edges | None = vars(self).get("edges")  # not made for being weighed
        return self._corners * _BYTES_PER_CORNER + (0 if edges is None else edges.nbytes)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._shapes)

    def _polygonal(self) -> tuple[Array, Array]:
        """Shapes that have an inside, collections by their polygons."""
        shapes, numbers = self._shapes, self._numbers
        while (shapely.get_type_id(shapes) == 7).any():
            mixed = shapely.get_type_id(shapes) == 7
            parts, of = shapely.get_parts(shapes[mixed], return_index=True)
            numbers = np.concatenate([numbers[~mixed], numbers[mixed][of]])
            shapes = np.concatenate([shapes[~mixed], parts])
        chosen = np.isin(shapely.get_type_id(shapes), (3, 6))
        return shapes[chosen], numbers[chosen]
