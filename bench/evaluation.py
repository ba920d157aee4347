"""How long a month's evaluation takes: `python -m bench.evaluation --complaints 20000`.

A made-up Jakarta of 282 units in a temporary folder, whose month has that many complaints among
twice as many older ones; 1,000 rounds of the bootstrap. Prints the seconds of each of three runs.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from data.city import init_city, read_pack
from data.database import open_engine
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.evaluation.method import read_method
from data.store import Store
from queries.evaluation.evaluate import evaluate

_CITY = Path(__file__).parent.parent / "data" / "cities" / "jakarta"
_END = datetime(2026, 11, 10, 17, tzinfo=UTC)
_MONTHS = 3.33
_SHARE = 0.34  # of the complaints of that time that come in October
_RUNS = 3
_BOUND_SECONDS = 10.0


def make_city(folder: Path, complaints: int) -> Store:
    engine = open_engine(f"sqlite:///{folder / 'bench.db'}")
    init_city(engine, read_pack(_CITY))
    store = Store(engine)
    fill_city(
        store,
        read_character(_CITY, store.reference()),
        complaints=round(complaints / _SHARE),
        seed=5,
        end=_END,
        months=_MONTHS,
    )
    return store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=20_000)
    wanted = parser.parse_args().complaints
    with tempfile.TemporaryDirectory() as folder:
        store = make_city(Path(folder), wanted)
        for run in range(1, _RUNS + 1):
            begin, used = time.perf_counter(), time.process_time()
            found = evaluate(store, "2026-10", seen_at=_END)
            seconds, used = time.perf_counter() - begin, time.process_time() - used
            print(
                f"run {run}: {found.counts['complaints']:,} complaints, "
                f"{found.counts['units']} units ({found.counts['units_ranked']} ranked), "
                f"{len(found.officers)} officers, {read_method('1.0').rounds:,} rounds: "
                f"{seconds:.1f} s ({used:.1f} s of processor time; bound {_BOUND_SECONDS:g} s)"
            )
        store.engine.dispose()


if __name__ == "__main__":
    main()
