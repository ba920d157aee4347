"""One count, four ways: `python -m bench.counts --complaints 1000000`.

The same question, median response per lowest district over all time, asked of Pantau's columns,
of its SQL on SQLite, of a pandas frame that is already in memory, and of DuckDB where that is
installed. Made-up complaints in a temporary folder; bounded by --complaints.
"""

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.city import init_city, read_pack
from data.database import open_engine, write
from data.durations import to_bins
from data.geography import to_tiles
from data.log import insert_rows
from data.schema import FACT_COLUMNS, complaints, events
from data.store import Store
from queries.columns import current_facts
from queries.counts import count_by
from queries.counts_sql import count_in_database
from queries.filters import ComplaintFilter

_AXES = ("district_id", "response_outcome", "response_bin")
_CITY = Path(__file__).parent.parent / "data" / "cities" / "jakarta"
_BLOCK = 50_000


def make_city(
    folder: Path, number: int, places: tuple[np.ndarray, np.ndarray] | None = None
) -> Store:
    """Jakarta with made-up complaints, written straight into the table: only counting matters.

    `places` are the latitudes and longitudes of `number` complaints; without, they have cells only.
    """
    engine = open_engine(f"sqlite:///{folder / 'bench.db'}")
    init_city(engine, read_pack(_CITY))
    store = Store(engine)
    reference = store.reference()
    leaves = np.array([d.id for d in reference.at_level(reference.leaf_level)])
    chance = np.random.default_rng(1)
    begin = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    for first in range(1, number + 1, _BLOCK):
        size = min(_BLOCK, number + 1 - first)
        at = begin + chance.integers(0, 500 * 86_400, size)
        seconds = chance.lognormal(9, 1.5, size).astype(int)
        answered = chance.random(size) < 0.95
        rows = pd.DataFrame(
            {
                "id": np.arange(first, first + size),
                "requested_at": at,
                "last_seq": np.arange(first, first + size),
                "service_id": chance.integers(1, 25, size),
                "status": np.where(answered, 4, 0),
                "channel_id": chance.integers(1, 15, size),
                "unit_id": chance.integers(1, 200, size),
                "district_id": chance.choice(leaves, size),
                "x": 835_000 + chance.integers(0, 900, size),
                "y": 542_000 + chance.integers(0, 900, size),
                "day": (at + 25_200) // 86_400,
                "minute": at // 60,
                "response_outcome": answered.astype(int),
                "response_bin": np.where(answered, to_bins(seconds), -1),
                "resolution_outcome": answered.astype(int),
                "is_repeat": 0,
                "updated_at": at + seconds,
            }
        )
        if places is not None:
            latitude, longitude = (column[first - 1 : first - 1 + size] for column in places)
            x, y = to_tiles(latitude, longitude)
            rows = rows.assign(latitude=latitude, longitude=longitude, x=x, y=y)
        rows = rows.astype(object)
        rows["response_bin"] = rows["response_bin"].where(answered, None)
        names = [f"{n}" for n in rows["id"]]
        rows = rows.assign(service_request_id=names, token=names)
        rows = rows.assign(**{c: None for c in FACT_COLUMNS if c not in rows})
        with write(engine) as connection:
            insert_rows(connection, complaints, rows.to_dict("records"))
    event = {"complaint_id": 1, "kind": "received", "at": begin, "recorded_at": begin}
    with write(engine) as connection:
        insert_rows(connection, events, [{"seq": number, **event, "unit_id": None}])
    return store


def timed(ask: Callable[[], Any], rounds: int = 5) -> float:
    """Median milliseconds of some rounds."""
    spans = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        spans.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=1_000_000)
    number = parser.parse_args().complaints
    with tempfile.TemporaryDirectory() as folder:
        store = make_city(Path(folder), number)
        begun = time.perf_counter()
        facts = current_facts(store)
        print(f"{number:,} complaints; read into memory in {time.perf_counter() - begun:.1f} s")
        frame = pd.DataFrame(
            {axis: facts.columns[axis] for axis in _AXES} | {"day": facts.columns["day"]}
        )
        begin = ComplaintFilter(start=(datetime(2025, 1, 1) + timedelta(days=100)).date())
        first_day = int((begin.start - datetime(1970, 1, 1).date()).days)  # type: ignore[operator]

        def columns() -> Any:
            store.cache.pop("counts", None)
            return count_by(store, _AXES, begin)

        ways: dict[str, Callable[[], Any]] = {
            "Pantau, columns in memory": columns,
            "pandas groupby, in memory": lambda: (
                frame[frame["day"] >= first_day].groupby(list(_AXES), sort=False).size()
            ),
            "SQL, SQLite": lambda: count_in_database(store, _AXES, begin, "complaints"),
        }
        if importlib.util.find_spec("duckdb"):
            ways["DuckDB, in memory"] = _duckdb(frame, first_day)
        base = None
        for name, ask in ways.items():
            milliseconds = timed(ask)
            base = base or milliseconds
            print(f"{milliseconds:9.1f} ms  {milliseconds / base:6.1f} ×  {name}")
        store.engine.dispose()


def _duckdb(frame: pd.DataFrame, first_day: int) -> Callable[[], Any]:
    import duckdb

    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("CREATE TABLE facts AS SELECT * FROM frame")
    axes = ", ".join(_AXES)
    query = f"SELECT {axes}, count(*) FROM facts WHERE day >= {first_day} GROUP BY {axes}"
    return lambda: connection.execute(query).fetchnumpy()


if __name__ == "__main__":
    main()
