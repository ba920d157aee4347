"""Targets of a city pack: read, kept, and refused in words."""

import shutil
from pathlib import Path

import pytest

from data.city import init_city
from data.database import open_engine
from data.pack import PackError, read_pack
from data.store import Store
from tests.conftest import CITIES, ROOT


def with_lines(folder: Path, lines: str) -> Path:
    shutil.copytree(CITIES / "tiny", folder)
    file = folder / "city.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{lines}\n", encoding="utf-8")
    return folder


def test_targets_come_into_the_city(tmp_path: Path) -> None:
    pack = read_pack(with_lines(tmp_path / "pack", "[kpi]\nmean_stars = 4\nsatisfied = 0.8"))
    engine = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    init_city(engine, pack)
    store = Store(engine)
    assert store.reference().city.targets == {"mean_stars": 4.0, "satisfied": 0.8}
    engine.dispose()


def test_a_city_needs_none(store: Store) -> None:
    assert store.reference().city.targets == {}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("[kpi]\nhappiness = 1", r"\[kpi\] happiness is no target; write one of response_median"),
        ("[kpi]\nsatisfied = 80", r"satisfied 80 is not a number over 0 and up to 1; mend it"),
        ("[kpi]\nmean_stars = 0", r"mean_stars 0 is not a number over 0 and up to 5"),
        ("[kpi]\nsolved = true", r"solved True is not a number"),
        ("[kpi]\non_time = 'most'", r"on_time 'most' is not a number"),
        ("[[kpi]]\non_time = 0.5", r"is not a table; write \[kpi\]"),
    ],
)
def test_what_is_no_target_is_refused(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        read_pack(with_lines(tmp_path / "pack", lines))


def test_jakarta_has_sensible_ones() -> None:
    targets = read_pack(ROOT / "data" / "cities" / "jakarta").city["kpi"]
    assert targets["response_median_hours"] < targets["response_p90_hours"]
    assert targets["response_within_24_hours"] < targets["response_within_7_days"]
