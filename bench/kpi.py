"""How long each part of the KPI page takes: `python -m bench.kpi --complaints 1000000`.

A filled demo city is copied over and over into a temporary database of its own until there are
enough complaints. Each part is timed for filters nobody has asked yet, after one that was: the
arrays are in memory, the answers are not. With --database another SQLite file is copied from.
The same is timed as of an instant --days-ago: what has happened since is replayed once, before.
"""

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from data.city import init_city, read_pack
from data.database import open_engine, read, write
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.instants import now, to_epoch
from data.schema import complaints, events
from data.store import Store, open_store
from queries.filters import ComplaintFilter
from queries.kpi.panels import PANELS, panel

_CITY = Path(__file__).parent.parent / "data" / "cities" / "jakarta"
_FILLED = 40_000
_LIMIT = 1_000  # milliseconds
_OWN = {  # what a copy must have of its own
    "id": "id + :shift",
    "service_request_id": "service_request_id || :mark",
    "token": "token || :mark",
    "external_id": "external_id || :mark",
    "complaint_id": "complaint_id + :shift",
    "duplicate_of": "NULL",
    "account_id": "account_id || :mark",
}
_LATELY = 40  # days: what happened to the copies since is copied too, so that it can be replayed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="SQLite file of a filled demo city")
    parser.add_argument("--days-ago", type=int, default=16, help="of the past instant")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        store = _city(file, options.database)
        grow(store, options.complaints)
        _report(store, options.days_ago)
        store.engine.dispose()


def _city(file: Path, source: Path | None) -> Store:
    if source is not None:
        shutil.copy(source, file)
        return open_store(f"sqlite:///{file}")
    engine = open_engine(f"sqlite:///{file}")
    init_city(engine, read_pack(_CITY))
    store = Store(engine)
    character = read_character(_CITY, store.reference())
    fill_city(store, character, complaints=_FILLED, seed=1, end=now(), months=24)
    return store


def grow(store: Store, number: int) -> None:
    """Copy complaints, their spells, accounts and ratings until there are `number` or more."""
    with write(store.engine) as connection:
        names = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix_%'")
        ).scalars()
        for name in list(names):  # only counting in memory is measured
            connection.execute(text(f"DROP INDEX {name}"))
        known = connection.scalar(select(func.max(complaints.c.id))) or 0
        for copy in range(1, -(-number // known)):
            shift = {"shift": copy * known, "mark": f"-{copy}", "most": known}
            for table, key in (
                ("complaints", "id"),
                ("spells", "complaint_id"),
                ("complaint_details", "complaint_id"),
            ):
                _copy(connection, table, key, shift)
            _copy_events(connection, shift)


def _copy(connection: Connection, table: str, key: str, shift: dict[str, object]) -> None:
    columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
    chosen = ", ".join(_OWN.get(name, name) for name in columns)
    statement = f"INSERT INTO {table} SELECT {chosen} FROM {table} WHERE {key} <= :most"
    connection.execute(text(statement), shift)


def _copy_events(connection: Connection, shift: dict[str, object]) -> None:
    """The ratings, and all of those complaints that changed lately.

    The newest number must grow, or nothing would be read anew.
    """
    newest = connection.scalar(select(func.max(events.c.seq))) or 0
    columns = [row[1] for row in connection.execute(text("PRAGMA table_info(events)"))]
    own = {**_OWN, "seq": f"{newest} + row_number() OVER (ORDER BY seq)"}
    chosen = ", ".join(own.get(name, name) for name in columns)
    statement = (
        f"INSERT INTO events SELECT {chosen} FROM events WHERE complaint_id <= :most "
        "AND (kind = 'rated' OR complaint_id IN "
        "(SELECT id FROM complaints WHERE id <= :most AND updated_at > :lately))"
    )
    lately = to_epoch(now() - timedelta(days=_LATELY))
    connection.execute(text(statement), {**shift, "lately": lately})


def _filters() -> list[ComplaintFilter]:
    today = date.today()
    year = ComplaintFilter(start=today - timedelta(days=365), end=today + timedelta(days=1))
    return [
        ComplaintFilter(),
        year,
        year.replace(districts=("31.74",)),
        year.replace(services=("garbage",)),
        ComplaintFilter(start=today - timedelta(days=30), end=today + timedelta(days=1)),
    ]


def _report(store: Store, days_ago: int) -> None:
    with read(store.engine) as connection:
        number = connection.scalar(select(func.count()).select_from(complaints))
    print(f"{number:,} complaints")
    past = now().replace(second=0) - timedelta(days=days_ago)
    for instant in (None, past):
        begun = time.perf_counter()
        first = ComplaintFilter(channels=("jaki",), as_of=instant)
        for name in PANELS:
            panel(store, first, name, "en")
        took = time.perf_counter() - begun
        print(f"{f'as of {instant}' if instant else 'now'}: read into memory in {took:.1f} s")
        wanted = [one.replace(as_of=instant) for one in _filters()]
        slowest = max(_time(store, name, wanted) for name in PANELS)
        print(f"slowest {slowest:.0f} ms of {_LIMIT}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {peak:,.0f} MB of memory")


def _time(store: Store, name: str, wanted: list[ComplaintFilter]) -> float:
    """Prints a line on the panel of that name; the slowest of its answers, milliseconds."""
    waits, works = [], []
    for one in wanted:
        store.cache.pop("kpi panels", None)
        store.cache.pop("kpi complaints", None)
        begun, worked = time.perf_counter(), time.process_time()
        panel(store, one, name, "en")
        waits.append((time.perf_counter() - begun) * 1000)
        works.append((time.process_time() - worked) * 1000)
    print(
        f"{statistics.median(waits):7.0f} ms median, {max(waits):7.0f} ms slowest "
        f"({max(works):5.0f} ms of processor)  {name}"
        f"{'' if max(waits) <= _LIMIT else '  over the limit'}"
    )
    return max(waits)


if __name__ == "__main__":
    main()
