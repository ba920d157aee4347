"""Questions across layers against plain GeoPandas: `python -m bench.layers --complaints 1000000`.

Made-up complaints around hot spots, as a city's are, in a temporary folder; the real roads and
flood of Jakarta where they lie beside this project, else made-up ones of the same number. Every
question is timed the first time, again, and again after 100 more complaints.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely
from sqlalchemy import func, insert, select

from bench.counts import make_city
from data.database import write
from data.layers.catalogue import publish
from data.layers.model import About, FeatureTable
from data.schema import complaints, events
from data.store import Store
from queries.columns import current_facts
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.layers.keeping import follow_complaints
from queries.layers.plane import plane_of
from queries.measures import duration_summary

_REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "real" / "jakarta"
_WEST, _SOUTH, _EAST, _NORTH = 106.69, -6.37, 106.97, -6.09
_METRES_PER_DEGREE = 111_320
_SPOTS = 8_000
_ROADS, _FLOODS = 18_574, 1_009


def make_places(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes around hot spots: the place, its street, its neighbourhood."""
    chance = np.random.default_rng(2)
    spot = chance.integers(0, _SPOTS, number)
    spread = np.array([14.0, 70.0, 330.0])[chance.choice(3, number, p=[0.45, 0.33, 0.22])]
    latitude = chance.uniform(_SOUTH, _NORTH, _SPOTS)[spot]
    longitude = chance.uniform(_WEST, _EAST, _SPOTS)[spot]
    north, east = chance.normal(0, spread / _METRES_PER_DEGREE, (2, number))
    return latitude + north, longitude + east


def load_shapes(name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    path = _REAL / name
    if not path.exists():
        print(f"{name} is not beside this project: made-up shapes instead")
        return make()
    shapes = pyogrio.read_dataframe(path).geometry.to_numpy()
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def make_roads() -> np.ndarray:
    chance = np.random.default_rng(3)
    start = chance.uniform((_WEST, _SOUTH), (_EAST, _NORTH), (_ROADS, 1, 2))
    steps = chance.normal(0, 80 / _METRES_PER_DEGREE, (_ROADS, 5, 2)).cumsum(axis=1)
    return shapely.linestrings(start + steps)


def make_floods() -> np.ndarray:
    chance = np.random.default_rng(4)
    middles = shapely.points(chance.uniform((_WEST, _SOUTH), (_EAST, _NORTH), (_FLOODS, 2)))
    return shapely.buffer(middles, chance.lognormal(-6, 0.5, _FLOODS), quad_segs=12)


def put_layer(store: Store, code: str, shapes: np.ndarray) -> None:
    table = FeatureTable(shapes, {}, ())
    publish(store, code, About(names={"en": code}), table, file_name=code)


def add_complaints(store: Store, number: int) -> None:
    """Like those there are, a few metres away."""
    with write(store.engine) as connection:
        seq = connection.scalar(select(func.max(events.c.seq))) or 0
        last = connection.scalar(select(func.max(complaints.c.id))) or 0
        rows = connection.execute(select(complaints).limit(number)).mappings().all()
        added = [
            {
                **row,
                "id": last + place,
                "service_request_id": f"{last + place}",
                "token": f"{last + place}",
                "last_seq": seq + place,
                "latitude": row["latitude"] + 0.0001,
            }
            for place, row in enumerate(rows, start=1)
        ]
        connection.execute(insert(complaints), added)
        event = dict(connection.execute(select(events).limit(1)).mappings().one())
        event |= {"seq": seq + number, "complaint_id": last + number}
        connection.execute(insert(events), [event])


def span(ask: Callable[[], Any]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def measure(store: Store, name: str, ask: Callable[[], Any], plain: float | None) -> None:
    def afresh() -> None:
        store.cache.pop("counts", None)
        store.cache.pop("summaries", None)
        ask()

    first = span(afresh)
    again = min(span(afresh) for _ in range(3))
    add_complaints(store, 100)
    facts = span(lambda: current_facts(store))
    follow = span(lambda: follow_complaints(store))
    after = span(afresh)
    print(f"{name}\n{first:12.0f} ms  the first time\n{again:12.0f} ms  again")
    print(
        f"{after:12.0f} ms  after 100 more complaints, which joined within {follow:.0f} ms", end=""
    )
    print(f" of being read in {facts:.0f} ms")
    if plain is not None:
        print(f"{plain:12.0f} ms  GeoPandas: {plain / first:.1f} × the first, ", end="")
        print(f"{plain / again:.0f} × again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=1_000_000)
    number = parser.parse_args().complaints
    roads = load_shapes("roads_18574.shp.zip", make_roads)
    floods = load_shapes("flood_2007_rw_1009.shp.zip", make_floods)
    with tempfile.TemporaryDirectory() as folder:
        places = make_places(number)
        store = make_city(Path(folder), number, places)
        put_layer(store, "roads", roads)
        put_layer(store, "flood", floods)
        seconds = span(lambda: current_facts(store)) / 1000
        print(
            f"{number:,} complaints, {len(roads):,} roads, {len(floods):,} flood polygons;", end=""
        )
        print(f" complaints read into memory in {seconds:.1f} s")
        plain = _Plain(store, places, roads, floods)
        for metres in (50, 200):
            wanted = ComplaintFilter.from_query(f"near=roads:{metres}")
            measure(
                store,
                f"complaints within {metres} m of a road",
                partial(count_by, store, [], wanted),
                span(partial(plain.near, metres)),
            )
        measure(
            store,
            "complaints by flood polygon",
            partial(count_by, store, ["feature:flood"], ComplaintFilter()),
            span(plain.by_polygon),
        )
        measure(
            store,
            "response times and promises by flood polygon",
            partial(duration_summary, store, ComplaintFilter(), by="layer:flood"),
            None,
        )
        measure(
            store,
            "complaints by the nearest road within 500 m",
            partial(count_by, store, ["feature:roads"], ComplaintFilter()),
            span(plain.by_nearest),
        )
        store.engine.dispose()


class _Plain:
    """The same by GeoPandas, on the same plane; making its frames is not counted."""

    def __init__(
        self, store: Store, places: tuple[np.ndarray, np.ndarray], *layers: np.ndarray
    ) -> None:
        plane = plane_of(store)
        x, y = plane.to_metres(places[1], places[0])
        self._points = geopandas.GeoDataFrame(geometry=shapely.points(x, y))
        self._roads, self._floods = (
            geopandas.GeoDataFrame(geometry=plane.shapes_to_metres(shapes)) for shapes in layers
        )

    def near(self, metres: float) -> int:
        found = geopandas.sjoin(self._points, self._roads, predicate="dwithin", distance=metres)
        return found.index.nunique()

    def by_polygon(self) -> Any:
        return geopandas.sjoin(self._points, self._floods).groupby("index_right").size()

    def by_nearest(self) -> Any:
        found = geopandas.sjoin_nearest(self._points, self._roads, max_distance=500)
        return found.groupby("index_right").size()


if __name__ == "__main__":
    main()
