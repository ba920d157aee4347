"""City packs that are wrong: told by file, row, value and remedy, before anything is stored."""

import shutil
from pathlib import Path

import pytest

from data.city import PackError, read_pack
from tests.conftest import CITIES, ROOT

WRONG = [
    ("city.toml", 'name = "Kota Uji"', "name = Kota Uji", "city.toml cannot be read; mend its"),
    ("city.toml", "Asia/Jakarta", "Asia/Jakata", "time_zone 'Asia/Jakata' is unknown; write one"),
    ("city.toml", "zoom = 13", "", r"\[map\] lacks zoom; write it as a number"),
    ("city.toml", "zoom = 13", 'zoom = "near"', r"\[map\] zoom 'near' is not a number"),
    ("city.toml", "latitude = -6.2", "latitude = 106", "latitude 106 is not a number up to 90"),
    ("city.toml", '["id", "en"]', '"id"', "languages 'id' must be a list"),
    ("city.toml", 'id = "kota"', "", r"each of \[\[levels\]\] needs an id"),
    ("districts.csv", "10.2,Beringin", "10.1,Beringin", "has code '10.1' twice; give each row"),
    ("districts.csv", "10.2,Beringin", ",Beringin", "districts.csv, line 3 has no code"),
    ("districts.csv", "kota_code", "town", "lacks the column kota_code"),
    ("districts.csv", "20000", "many", "10.1: population 'many' is not a number; write a number"),
    ("services.csv", ",6,24,", ",6 hours,24,", "garbage: response_hours '6 hours' is not a num"),
    ("services.csv", ",6,24,", ",6,-24,", "garbage: resolution_hours '-24' is not a number"),
    ("services.csv", "24,district_office", "24,office", "unit_kind 'office' is unknown; write d"),
    ("services.csv", "agency,dsda", "agency,dsdx", "flood: agency_code 'dsdx' is no unit; write"),
    ("services.csv", "agency,dsda", "agency,", "flood: agency_code '' is no unit; write a code"),
    ("services.csv", ",working", ",office hours", "resolution_basis 'office hours' is unknown"),
    (
        "city.toml",
        "[working_hours]",
        "[office]",
        r"'working', but city.toml has no \[working_hours",
    ),
    ("city.toml", "monday =", "senin =", "senin is no weekday; write one of monday, tuesday"),
    ("city.toml", '"08:00-16:00"', '"8-16"', "monday '8-16' is not hours; write \"08:00-16:00\""),
    ("city.toml", '"08:00-16:00"', "8", r"\[working_hours\] monday 8 is no text; write"),
    ("city.toml", '"08:00-16:00"', '"22:00-06:00"', "does not end later the same day; write 24:00"),
    ("city.toml", '11:30", "13:00', '13:30", "13:00', "friday .* overlap; part them"),
    ("city.toml", 'country = "ID"', 'country = "QQ"', "country 'QQ' has no known holidays; write"),
    (
        "city.toml",
        'country = "ID"',
        'country = "ID"\nsubdivision = "JK"',
        "subdivision 'JK' has no",
    ),
    ("city.toml", "2026-10-30]", '"tomorrow"]', r"days_off \['tomorrow'\] must be a list of dates"),
    ("units.csv", "district_office,10.1", "office,10.1", "kel-10.1: kind 'office' is unknown"),
    ("units.csv", "district_office,10.1", "district_office,9", "district_code '9' is no district"),
    ("attributes.toml", "public = true", 'public = "yes"', "depth is 'yes'; write true or false"),
    ("attributes.toml", "[[flood]]", "[[floods]]", r"\[\[floods\]\] is no service; write a"),
]


@pytest.mark.parametrize(("file", "right", "wrong", "message"), WRONG)
def test_a_wrong_pack_is_told(
    tmp_path: Path, file: str, right: str, wrong: str, message: str
) -> None:
    shutil.copytree(CITIES / "tiny", tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_pack(tmp_path)


def test_the_key_is_what_must_be_unique_wherever_its_column_stands(tmp_path: Path) -> None:
    shutil.copytree(CITIES / "tiny", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "channels.csv"
    path.write_text("name,code,kind\nApp,app,app\nApp,app2,app\n", encoding="utf-8")
    assert list(read_pack(tmp_path).channels["code"]) == ["app", "app2"]
    path.write_text("name,code,kind\nApp,app,app\nSurel,app,message\n", encoding="utf-8")
    with pytest.raises(PackError, match="has code 'app' twice"):
        read_pack(tmp_path)


@pytest.mark.parametrize("name", ["jakarta", "tiny", "boston"])
def test_our_packs_are_right(name: str) -> None:
    folders = [ROOT / "data" / "cities" / name, CITIES / name]
    read_pack(next(folder for folder in folders if folder.is_dir()))
