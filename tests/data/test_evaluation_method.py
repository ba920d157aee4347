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
         "a weight is negative"),
        ("satisfaction = 1.0", "satisfaction = 0", r"\[full\] satisfaction is 0.0; let it exceed"),
        ("min_cases = 20", "min_cases = 0", "min_cases 0"),
        ("min_ranked = 24", "min_ranked = 19", "min_ranked 19 is under min_cases 20"),
        ("min_comparable = 0.5", "min_comparable = 1", "min_comparable 1 is not"),
        ("rounds = 1000", "rounds = 1000000", "at most 100000"),
        ("winsorised_share = 0.1", "winsorised_share = 0.5", "winsorised_share 0.5"),
        ("low_stars = 2", "lowest = 2", "is no method: .*low"),
        ('"backlog_change"]', '"speed"]', "names speed, not weighed"),
        ('gains_need_evidence = ["median', 'gains_need_evidence = ["mean',
         "gains_need_evidence names mean_response, not weighed"),
        ("[bootstrap]", "[other]", "lacks 'bootstrap'"),
        ("rounds = 1000", "rounds = ", "is no method"),
    ],
)  # fmt: skip
def test_a_file_of_nonsense_is_refused(old: str, new: str, says: str) -> None:
    content = (METHODS / "1.0.toml").read_text(encoding="utf-8")
    assert old in content
    with pytest.raises(MethodError, match=says):
        parse_method(content.replace(old, new, 1).encode(), name="9.0.toml")
