"""What a filter asks of layers and areas, in the words of an address."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import Store
from queries.filters import ComplaintFilter, FilterError
from queries.layers.conditions import Area, LayerCondition

TODAY = date(2026, 11, 25)
codes = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
metres = st.integers(0, 50_000).map(float)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
positions = st.tuples(
    st.integers(-18_000_000, 18_000_000).map(lambda n: n / 100_000),
    st.integers(-9_000_000, 9_000_000).map(lambda n: n / 100_000),
)


@st.composite
def conditions(draw: st.DrawFn) -> LayerCondition:
    kind = draw(st.sampled_from(["near", "far", "inside", "outside"]))
    field, value = draw(st.one_of(st.just((None, None)), st.tuples(words, words | st.just(""))))
    reach = draw(metres) if kind in ("near", "far") else None
    return LayerCondition(kind, draw(codes), reach, field, value)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    kind = draw(st.sampled_from(["polygon", "circle", "corridor"]))
    low, high = {"polygon": (3, 9), "circle": (1, 1), "corridor": (2, 9)}[kind]
    points = tuple(draw(st.lists(positions, min_size=low, max_size=high)))
    return Area(kind, points, None if kind == "polygon" else draw(metres))


@given(st.lists(conditions(), max_size=4), st.lists(areas(), max_size=3))
def test_an_address_says_all_of_it(asked: list[LayerCondition], drawn: list[Area]) -> None:
    by_kind = {
        kind: tuple(dict.fromkeys(one for one in asked if one.kind == kind))
        for kind in ("near", "far", "inside", "outside")
    }
    wanted = ComplaintFilter(**by_kind, areas=tuple(dict.fromkeys(drawn)))
    assert ComplaintFilter.from_query(wanted.to_query()) == wanted


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("near=pumps", "needs metres from 0 to 50000, as in pumps:200"),
        ("near=pumps:-1", "needs metres"),
        ("far=pumps:nan", "needs metres"),
        ("near=PUMPS:20", "does not begin with the code of a layer"),
        ("near=pumps:20:state", "is not written as pumps:200 or pumps:200:state=broken"),
        ("inside=flood:1:2", "is not written as flood or flood:depth=2"),
        ("area=square:1,2", "is not one of polygon, circle, corridor"),
        ("area=polygon:1,2;3,4", "has 2 points; use 3 to 300"),
        ("area=circle:1,2;3,4;5", "has 2 points; use 1"),
        ("area=circle:1,2", "needs metres"),
        ("area=circle:1,200;5", "write longitude,latitude in degrees"),
        ("area=corridor:1,2;x,4;5", "write longitude,latitude in degrees"),
    ],
)
def test_what_means_nothing_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        ComplaintFilter.from_query(query)


@pytest.mark.parametrize(
    ("query", "language", "words"),
    [
        ("near=pumps:200", "en", "within 200 m of Pumps"),
        ("near=pumps:1500:state=broken", "id", "dalam 1,5 km dari Pompa (state: broken)"),
        ("far=roads:100&inside=pumps", "en", "more than 100 m from roads; inside Pumps"),
        ("outside=pumps", "id", "di luar Pompa"),
        ("area=polygon:1,2;3,4;5,7", "en", "in a drawn area"),
        ("area=circle:1,2;40&area=circle:1,3;40", "en", "in 2 drawn areas"),
        ("area=corridor:1,2;3,4;2000", "id", "dalam 2 km dari garis yang digambar"),
    ],
)
def test_the_sentence_says_it(store: Store, query: str, language: str, words: str) -> None:
    wanted = ComplaintFilter.from_query(query)
    layers = {"pumps": {"en": "Pumps", "id": "Pompa"}}
    assert words in wanted.describe(store.reference(), language, TODAY, layers)
