"""The sample of an evaluation: `python -m bench.boston --out docs/samples`.

Boston's real departments, July to December 2011, seen a month later. Their requests are published
by the city (Public Domain Dedication); they are read where they lie beside this project, and not
a row of them is kept: the sample has figures of departments. The same file gives the same bytes.
"""

import argparse
import tempfile
import time
from datetime import datetime
from pathlib import Path

from data.city import init_city, read_pack
from data.imports.preset import load_preset
from data.imports.run import import_complaints
from data.store import Store, open_store
from reports.evaluation.files import file_stem
from reports.evaluation.preview import preview
from reports.evaluation.written import write_all

_ROOT = Path(__file__).resolve().parent.parent
REQUESTS = _ROOT.parent / "shared" / "real" / "boston" / "311_service_requests_2011.zip"
MONTHS = "2011-07..2011-12"
SEEN_AT = datetime.fromisoformat("2012-01-31T00:00:00-05:00")
LANGUAGE = "en"


def make_boston(folder: Path, requests: Path) -> Store:
    store = open_store(f"sqlite:///{folder / 'boston.db'}")
    init_city(store.engine, read_pack(_ROOT / "tests" / "cities" / "boston"))
    import_complaints(store, requests, load_preset("boston311"), rejects=folder / "rejects.csv")
    return store


def make_sample(store: Store) -> dict[str, bytes]:
    """Files by name. The spreadsheet and the list of flagged cases name single requests, in
    megabytes; they are left out."""
    made = preview(store, MONTHS, seen_at=SEEN_AT, spoken=[LANGUAGE])
    stem = file_stem(MONTHS, LANGUAGE)
    return {f"boston-2011.{kind}": made[f"{stem}.{kind}"] for kind in ("pdf", "csv")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--requests", type=Path, default=REQUESTS)
    wanted = parser.parse_args()
    if not wanted.requests.is_file():
        parser.error(f"{wanted.requests} is not there; name the city's file with --requests")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        store = make_boston(Path(folder), wanted.requests)
        print(f"imported in {time.perf_counter() - begin:.1f} s")
        begin = time.perf_counter()
        files = make_sample(store)
        store.engine.dispose()
        print(f"evaluated and set in {time.perf_counter() - begin:.1f} s")
    for path in write_all(wanted.out, files):
        print(f"{path} {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
