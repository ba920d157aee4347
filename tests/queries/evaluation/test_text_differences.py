"""Where two evaluations part is said value by value, and one more unit shifts no other."""

import json

import pytest

from queries.evaluation.compare import Difference, text_differences

KEPT = {"units": [{"code": "a", "score": 1.5}, {"code": "b", "score": 2.0}], "n": 3, "x": None}


def changed(**changes: object) -> str:
    return json.dumps(KEPT | changes)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (changed(), ()),
        (changed(n=4), (Difference("n", 3, 4),)),
        (changed(n=3.0), (Difference("n", 3, 3.0),)),  # the same number, other bytes
        (changed(n=True), (Difference("n", 3, True),)),
        (changed(x=0), (Difference("x", None, 0),)),
        (
            changed(units=[{"code": "b", "score": 2.0}]),
            (Difference("units/a", {"code": "a", "score": 1.5}, None),),
        ),
        (
            changed(units=[{"code": "0", "score": 9}, *KEPT["units"]]),  # type: ignore[misc]
            (Difference("units/0", None, {"code": "0", "score": 9}),),
        ),
        (
            changed(units=[{"code": "a", "score": 1.5}, {"code": "b", "score": 2.5}]),
            (Difference("units/b/score", 2.0, 2.5),),
        ),
        ("{", (Difference("", "text that is no JSON", "other text"),)),
    ],
)
def test_each_value_that_differs_is_named(found: str, expected: tuple[Difference, ...]) -> None:
    assert text_differences(json.dumps(KEPT), found) == expected


def test_the_same_values_in_other_bytes_are_not_the_same() -> None:
    other = json.dumps(KEPT, indent=1)
    assert text_differences(json.dumps(KEPT), other) == (
        Difference("", "JSON in another form", "canonical JSON"),
    )


def test_a_list_of_doubles_is_compared_by_place() -> None:
    kept, found = ({"flags": [{"code": "a", "n": n}, {"code": "a", "n": 2}]} for n in (1, 5))
    assert text_differences(json.dumps(kept), json.dumps(found)) == (Difference("flags/0/n", 1, 5),)
