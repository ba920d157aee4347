"""The declared method: what is read of it, and what is refused."""

from pathlib import Path

import pytest

from data.evaluation.method import METHODS, MethodError, method_versions, parse_method, read_method
from queries.evaluation.model import COMPONENTS
from queries.evaluation.table import PARTS


def test_every_version_is_read_and_weighs_known_components() -> None:
    assert method_versions()[0] == "1.0"
    for version in method_versions():
        method = read_method(version)
        assert method.version == version
        assert set(method.weights) <= set(PARTS) <= set(COMPONENTS)
        assert len(method.sha256) == 64


def test_versions_are_in_order_of_number(tmp_path: Path) -> None:
    for name in ("1.10.toml", "1.9.toml", "2.0.toml", "draft.toml"):
        (tmp_path / name).write_bytes(b"")
    assert method_versions(tmp_path) == ("1.9", "1.10", "2.0")


@pytest.mark.parametrize("version", ["9.9", "../methods/1.0", "", "1"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(MethodError, match=r"is not one of those there are: .*1\.0"):
        read_method(version)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("satisfaction = 15", "satisfaction = 16", "weights sum to 101"),
        ("satisfaction = 15\n", "", "weights sum to 85"),
        ("backlog_change = 5\nhandover_share = 5", "backlog_change = 15\nhandover_share = -5",
         r"\[weights\] handover_share is -5; let it be 0 to 100"),
        ("satisfaction = 1.0", "satisfaction = 0", r"\[full\] satisfaction is 0; let it exceed 0"),
        ("satisfaction = 1.0", "satisfaction = inf", r"\[full\] satisfaction is inf; it must be"),
        ("satisfaction = 1.0 #", "#", r"\[full\] lacks satisfaction; give"),
        ("min_cases = 20", "min_cases = 0", "min_cases is 0; let it be 1 or more"),
        ("min_cases = 20", "min_cases = true", "min_cases is True; it must be a whole number"),
        ("min_ranked = 24", "min_ranked = 19", "min_ranked 19 is under min_cases 20"),
        ("min_comparable = 0.5", "min_comparable = 2", "min_comparable is 2; let it be 0 to 1"),
        ("rounds = 1000", "rounds = 1000000", "rounds is 1000000; let it be 1 to 100000"),
        ("winsorised_share = 0.1", "winsorised_share = 0.5", "winsorised_share is 0.5; let it be"),
        ("low_stars = 2", "lowest = 2", "lowest is not known; there are: low_stars"),
        ("low_stars = 2\n", "", "low_stars is missing; take it from 1.0.toml"),
        ("low_stars = 2", 'low_stars = "two"', "low_stars is 'two'; it must be a whole number"),
        ("brink_share = 0.1", "brink_share = 7", "brink_share is 7; let it be 0 to 1"),
        ("moved_share = 0.1", "moved_share = nan", "moved_share is nan; it must be a number"),
        ("[10, 30]", "[-5, 0]", "other_cutoffs: entry 1 is -5; let it be 1"),
        ("[10, 30]", "10", "other_cutoffs is 10; it must be a list"),
        ("reopened_within_days = 14", "reopened_within_days = -3", "reopened_within_days is -3;"),
        ('"backlog_change"]', '"speed"]', "names speed, not weighed"),
        ('gains_need_evidence = ["median', 'gains_need_evidence = ["mean',
         "gains_need_evidence names mean_response, not weighed"),
        ("[bootstrap]\nrounds = 1000", "", "rounds is missing"),
        ("[bootstrap]", "[bootstrap]\nmin_cases = 9", "min_cases is declared twice"),
        ("waiting = 0", "", r"\[former_points\] lacks waiting;"),
        ('version = "1.0"', "version = 1.10", "version is 1.1; it must be a text in quotes"),
        ('version = "1.0"', 'version = "one"', "version 'one' is not such as"),
        ("rounds = 1000", "rounds = ", "9.0.toml is no method"),
    ],
)  # fmt: skip
def test_a_file_of_nonsense_is_refused(old: str, new: str, says: str) -> None:
    content = (METHODS / "1.0.toml").read_text(encoding="utf-8")
    assert old in content
    with pytest.raises(MethodError, match=says):
        parse_method(content.replace(old, new, 1).encode(), name="9.0.toml")


def test_a_version_is_named_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "1.1.toml").write_bytes((METHODS / "1.0.toml").read_bytes())
    with pytest.raises(MethodError, match=r'1\.1\.toml says version = "1\.0"; let it say .*"1\.1"'):
        read_method("1.1", folder=tmp_path)
