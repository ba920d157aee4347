import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from data.city import CityPack, read_pack

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts" / "jakarta_kelurahan.csv"
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(ROOT / "data" / "cities" / "jakarta")


def test_city(pack: CityPack) -> None:
    assert pack.level_ids == ["kota", "kecamatan", "kelurahan"]
    assert pack.city["languages"] == ["id", "en"]
    assert ZoneInfo(pack.city["time_zone"]).key == "Asia/Jakarta"
    assert all(level["name"].keys() == {"id", "en"} for level in pack.city["levels"])


def test_districts_form_a_tree_by_the_prefixes_of_their_codes(pack: CityPack) -> None:
    frame = pack.districts
    assert len(frame) == 267
    assert frame["code"].is_unique
    assert frame["code"].str.fullmatch(r"31\.\d\d\.\d\d\.1\d{3}").all()
    assert (frame["kecamatan_code"] == frame["code"].str[:8]).all()
    assert (frame["kota_code"] == frame["code"].str[:5]).all()
    assert (frame["kecamatan_code"].nunique(), frame["kota_code"].nunique()) == (44, 6)
    for level in ("kecamatan", "kota"):
        assert (frame.groupby(f"{level}_code")[level].nunique() == 1).all()


def test_totals(pack: CityPack) -> None:
    assert pd.to_numeric(pack.districts["population"]).sum() == 11_011_862
    assert pd.to_numeric(pack.districts["area_km2"]).sum() == pytest.approx(660.972)


def test_districts_equal_the_published_facts(pack: CityPack) -> None:
    if not FACTS.exists():
        pytest.skip("the published facts are not beside the project")
    facts = pd.read_csv(FACTS, dtype=str)
    same = {
        "code": "code",
        "name": "kelurahan",
        "kecamatan": "kecamatan",
        "population": "population_2019",
        "households": "households_2019",
        "area_km2": "area_km2",
        "latitude": "latitude",
        "longitude": "longitude",
    }
    for ours, theirs in same.items():
        assert list(pack.districts[ours]) == list(facts[theirs]), ours


def test_every_kelurahan_has_its_office(pack: CityPack) -> None:
    offices = pack.units[pack.units["kind"] == "district_office"]
    assert list(offices["district_code"]) == list(pack.districts["code"])
    assert list(offices["code"]) == [f"kel-{code}" for code in pack.districts["code"]]
    agencies = pack.units[pack.units["kind"] == "agency"]
    assert len(agencies) + len(offices) == len(pack.units)
    assert (agencies["district_code"] == "").all()
    assert pack.units["name"].is_unique


def test_services_are_complete_in_both_languages(pack: CityPack) -> None:
    services = pack.services
    assert len(services) == 24
    assert services["service_code"].str.fullmatch(r"[a-z]+(-[a-z]+)*").all()
    texts = ["name_id", "name_en", "group_id", "group_en", "description_id", "description_en"]
    assert (services[texts] != "").all(axis=None)
    assert services["name_id"].is_unique
    assert services["name_en"].is_unique
    assert (services.groupby("group")[["group_id", "group_en"]].nunique() == 1).all(axis=None)
    words = [word for keywords in services["keywords"] for word in keywords.split(",")]
    assert all(word and word == word.strip() for word in words)


def test_services_are_routed_to_units_that_exist(pack: CityPack) -> None:
    by_agency = pack.services["unit_kind"] == "agency"
    agencies = set(pack.units.loc[pack.units["kind"] == "agency", "code"])
    assert set(pack.services.loc[by_agency, "agency_code"]) <= agencies
    assert set(pack.services.loc[~by_agency, "unit_kind"]) == {"district_office"}
    assert (pack.services.loc[~by_agency, "agency_code"] == "").all()


def test_targets_are_positive_and_in_order(pack: CityPack) -> None:
    response = pd.to_numeric(pack.services["response_hours"])
    resolution = pd.to_numeric(pack.services["resolution_hours"])
    assert (response > 0).all()
    assert (response < resolution).all()


def test_channels(pack: CityPack) -> None:
    assert len(pack.channels) == 14
    assert set(pack.channels["kind"]) == {"app", "social", "message", "office", "other"}


def test_attributes_are_open311_definitions(pack: CityPack) -> None:
    assert len(pack.attributes) == 6
    assert set(pack.attributes) <= set(pack.services["service_code"])
    asking = [code for code, asked in pack.attributes.items() if any(a["required"] for a in asked)]
    assert len(asking) <= 1
    for asked in pack.attributes.values():
        assert [attribute["order"] for attribute in asked] == list(range(1, len(asked) + 1))
        for attribute in asked:
            assert re.fullmatch(r"[a-z_]+", attribute["code"])
            assert attribute["datatype"] in DATATYPES
            assert attribute["description"].keys() == {"id", "en"}
            assert ("values" in attribute) == attribute["datatype"].endswith("valuelist")
            for value in attribute.get("values", []):
                assert value["key"]
                assert value["name"].keys() == {"id", "en"}
