"""How fast an evaluation becomes documents: `python -m bench.documents`.

A made-up month of all units of Jakarta, over the city's own shapes. Limits: the full PDF 5 s, a
page for each of 280 units 30 s.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from data.city import init_city, read_pack
from data.database import open_engine
from data.store import open_store
from reports.evaluation.document import evaluation_pdf, units_pdf
from reports.evaluation.files import material_of
from reports.evaluation.material import Material
from reports.evaluation.outline import outline_of
from reports.evaluation.tables_csv import cases_csv, figures_csv
from reports.evaluation.workbook import evaluation_workbook
from tests.reports.evaluation_sample import make_evaluation

_PACK = Path(__file__).resolve().parent.parent / "data" / "cities" / "jakarta"


def make_material(folder: Path) -> Material:
    url = f"sqlite:///{folder / 'city.db'}"
    engine = open_engine(url)
    init_city(engine, read_pack(_PACK))
    engine.dispose()
    store = open_store(url)
    units = [(unit.code, unit.name, unit.kind) for unit in store.reference().units.values()]
    outline = outline_of(store)
    store.engine.dispose()
    return material_of(make_evaluation(units), outline=outline)


def show(name: str, make: Callable[[], bytes]) -> None:
    begin = time.perf_counter()
    content = make()
    seconds = time.perf_counter() - begin
    print(f"{name:<24} {seconds:6.2f} s {len(content) / 1e6:8.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", default="id")
    language = parser.parse_args().language
    with tempfile.TemporaryDirectory() as folder:
        material = make_material(Path(folder))
    codes = [unit.code for unit in material.evaluation.units]
    show("full PDF", lambda: evaluation_pdf(material, language))
    show(f"{len(codes)} unit pages", lambda: units_pdf(material, language, codes))
    show("one unit page", lambda: units_pdf(material, language, codes[:1]))
    show("XLSX", lambda: evaluation_workbook(material, language))
    show("CSV", lambda: figures_csv(material, language) + cases_csv(material, language))


if __name__ == "__main__":
    main()
