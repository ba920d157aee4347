"""The files of an evaluation: their names, and that every process makes the same bytes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.evaluation.method import read_method_text
from data.store import Store
from reports.evaluation.files import evaluation_files
from reports.evaluation.outline import CityOutline, outline_of
from tests.conftest import ROOT
from tests.reports.evaluation_sample import METHOD, make_evaluation

UNITS = [(f"kel-{i:02d}", f"Kelurahan Contoh {i:02d}", "district_office") for i in range(12)]
_MAKE = """
import hashlib, json, sys
from pathlib import Path
from queries.evaluation.model import Evaluation
from reports.evaluation.files import evaluation_files
from reports.evaluation.outline import CityOutline
folder = Path(sys.argv[1])
found = {}
for language in ("id", "en"):
    found |= evaluation_files(
        Evaluation.from_json((folder / "evaluation.json").read_text()),
        language=language,
        units=["kel-01", "kel-02"],
        method=(folder / "method.toml").read_text(),
        outline=CityOutline.from_json((folder / "outline.json").read_text()),
    )
print(json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in found.items()}))
"""


def test_files_are_named_after_month_language_and_unit() -> None:
    evaluation = make_evaluation(UNITS)
    files = evaluation_files(evaluation, language="id", units=["kel-03"], method=METHOD)
    assert list(files) == [
        "pantau-evaluation-2026-10-id.pdf",
        "pantau-evaluation-2026-10-id.xlsx",
        "pantau-evaluation-2026-10-id.csv",
        "pantau-evaluation-2026-10-id-flagged-cases.csv",
        "pantau-evaluation-2026-10-id-kel-03.pdf",
    ]
    assert all(len(content) > 100 for content in files.values())


def test_what_is_asked_wrongly_is_refused() -> None:
    evaluation = make_evaluation(UNITS)
    with pytest.raises(ValueError, match=r"'\.\./x' is neither a unit nor an officer"):
        evaluation_files(evaluation, language="id", units=["../x"], method=METHOD)
    with pytest.raises(ValueError, match="language 'fr' is not one of en, id"):
        evaluation_files(evaluation, language="fr", method=METHOD)
    with pytest.raises(ValueError, match=r"method '\.\./1\.0' is not one of"):
        read_method_text("../1.0")


def test_two_fresh_processes_make_the_same_bytes(jakarta_store: Store, tmp_path: Path) -> None:
    """In different time zones, locales and hash seeds, at different instants."""
    units = [(unit.code, unit.name, unit.kind) for unit in jakarta_store.reference().units.values()]
    evaluation = make_evaluation([*UNITS, *units[:60]])
    (tmp_path / "evaluation.json").write_text(evaluation.to_json())
    (tmp_path / "outline.json").write_text(outline_of(jakarta_store).to_json())
    (tmp_path / "method.toml").write_text(METHOD)
    hashes = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", _MAKE, str(tmp_path)],
                cwd=ROOT,
                env={**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed},
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for zone, locale, seed in (("Asia/Jakarta", "C", "1"), ("America/Lima", "C.UTF-8", "2"))
    ]
    assert len(hashes[0]) == 10
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0].values())) == len(hashes[0])


def test_an_outline_survives_its_json(jakarta_store: Store) -> None:
    outline = outline_of(jakarta_store)
    text = outline.to_json()
    again = CityOutline.from_json(text)
    assert again == outline and again.to_json() == text
    assert len(outline.shapes) == 267
    assert outline.zone_abbreviation == "WIB"
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == hashlib.sha256(outline_of(jakarta_store).to_json().encode()).hexdigest()
    )
    with pytest.raises(ValueError, match="not the JSON of a city's outline"):
        CityOutline.from_json("[]")
