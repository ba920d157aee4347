"""Panels are pure functions from numbers to components."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from components.choropleth import NOT_REACHED, TOO_FEW, classes_of, hideout, legend
from components.figure_cards import figure_cards, sparkline
from components.newest_list import clock_words
from components.series_chart import series_chart
from components.service_bars import service_bars
from components.tokens import DARK
from data.i18n import use_language
from queries.figures import Figures


def words(component: Any) -> str:
    """All text inside, in order."""
    if component is None:
        return ""
    if isinstance(component, (list, tuple)):
        return " ".join(filter(None, (words(part) for part in component)))
    if hasattr(component, "children"):
        return words(component.children)
    return "" if hasattr(component, "to_plotly_json") else str(component)


def figures(**changes: Any) -> Figures:
    values: dict[str, Any] = {
        "received": 12_480,
        "different": 12_015,
        "outside": 15,
        "unlocated": 40,
        "median_response_seconds": 18_720.0,
        "p90_response_seconds": float("nan"),
        "response_n": 11_902,
        "responded": 9_000,
        "on_time_share": 0.814,
        "on_time": 7_500,
        "due": 9_214,
        "not_due": 3_100,
        "open_now": 2_261,
        "open_share": 0.38,
        "overdue_now": 700,
        "overdue_share": 0.31,
    }
    return Figures(**{**values, **changes})


def test_figures_say_their_n_what_is_not_reached_and_how_mature_they_are() -> None:
    with use_language("id"):
        text = words(figure_cards(figures(), daily=[1, 2, 3], received_change=(12_480, 11_556)))
    assert "12.480" in text
    assert "+8%" in text
    assert "12.015 masalah berbeda" in text
    assert "5,2 jam" in text
    assert "90% dalam belum tercapai · n\N{NO-BREAK SPACE}11.902" in text
    assert "81,4%" in text
    assert "38% di antaranya masih terbuka" in text


def test_a_change_says_whether_it_is_better() -> None:
    before = figures(median_response_seconds=20_000.0, on_time_share=0.9)
    text = str(figure_cards(figures(), daily=[], received_change=None, before=before))
    assert "change better" in text
    assert "change worse" in text
    same = str(figure_cards(figures(), daily=[], received_change=None, before=figures()))
    assert "better" not in same and "worse" not in same
    hardly = figures(on_time_share=0.815)
    assert "worse" not in str(
        figure_cards(figures(), daily=[], received_change=None, before=hardly)
    )


def test_figures_of_nothing_say_what_to_do() -> None:
    nothing = figures(
        received=0,
        median_response_seconds=float("nan"),
        response_n=0,
        on_time_share=float("nan"),
        due=0,
        open_now=0,
        open_share=float("nan"),
        overdue_now=0,
        overdue_share=float("nan"),
    )
    text = words(figure_cards(nothing, daily=[0, 0], received_change=None))
    assert "Widen the period" in text
    assert "nan" not in text
    assert "Show all time" not in text
    old = figure_cards(nothing, daily=[], received_change=None, all_time=1_200)
    assert "Show all time (1,200)" in words(old)
    empty = words(figure_cards(nothing, daily=[], received_change=None, is_empty_city=True))
    assert "flask demo fill" in empty


def test_a_sparkline_of_nothing_is_nothing() -> None:
    assert "empty" in sparkline([0, 0]).className


def values() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["a", "b", "c", "d"],
            "name": ["A", "B", "C", "D"],
            "value": [3_600.0, 7_200.0, float("nan"), 60.0],
            "low": [3_000.0, 7_000.0, float("nan"), 1.0],
            "high": [4_000.0, float("nan"), float("nan"), 90.0],
            "n": [100, 80, 50, 3],
            "state": ["ok", "ok", "not_reached", "too_few"],
        }
    )


def test_districts_are_classed_only_where_there_is_something_to_say() -> None:
    frame = values()
    classes = classes_of(frame, measure="median_response")
    told = hideout(frame, classes, measure="median_response")["values"]
    assert told["a"][0] == 0
    assert told["b"][0] == len(classes.colours) - 1
    assert told["c"][0] == NOT_REACHED
    assert told["d"][0] == TOO_FEW
    assert told["a"][1:3] == ["60 min", "n 100 · 95% interval 50 min – 67 min"]
    assert told["a"][3:] == [100, 3_600.0, "50 min – 67 min"]
    assert told["d"][3:] == [3, None, ""]
    assert "not reached" in told["b"][2]
    assert told["d"][1] == "too few to tell"


def test_a_difference_of_too_few_is_not_told() -> None:
    frame = values().assign(before=1_800.0, now=3_600.0, n_before=90)
    classes = classes_of(frame, measure="median_response", is_difference=True)
    told = hideout(frame, classes, measure="median_response", is_difference=True)["values"]
    assert told["a"][2] == "30 min → 60 min · n 90 → 100"
    assert told["d"][1:3] == ["too few to tell", "n 90 → 3"]


def test_the_legend_says_title_unit_n_and_the_states_that_occur() -> None:
    frame = values()
    classes = classes_of(frame, measure="median_response")
    text = words(legend(frame, classes, measure="median_response", level_word="Kota"))
    for part in ("Median response time", "n 233", "Kota", "Fewer than 20", "Not reached"):
        assert part in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "No value" not in text


def test_bars_are_longest_first_and_say_which_is_chosen() -> None:
    counts = pd.DataFrame({"code": ["x", "y", "z"], "name": ["X", "Y", "Z"], "n": [1, 1200, 0]})
    bars = service_bars(counts, chosen=("x",)).children
    assert [words(bar).split()[0] for bar in bars] == ["Y", "X"]
    assert "chosen" in bars[1].className
    assert words(service_bars(counts.head(0))) == "Nothing to count here."


def test_the_series_says_day_and_number() -> None:
    days = pd.date_range("2026-10-01", periods=3).date
    daily = pd.DataFrame({"day": days, "n": [5, 1_000, 7]})
    figure = series_chart(daily, theme=DARK)
    assert list(figure.data[0].y) == [5, 1_000, 7]
    assert figure.data[0].hovertext[1] == "2 Oct 2026<br>n 1,000"
    assert series_chart(daily.head(0), theme=DARK).data[0].x is not None


@pytest.mark.parametrize(
    ("hour", "expected"), [(18, "01:05"), (16, "22 Nov, 23:05")], ids=["today", "yesterday"]
)
def test_clock_words_turn_at_local_midnight(hour: int, expected: str) -> None:
    from zoneinfo import ZoneInfo

    said = clock_words(
        datetime(2026, 11, 22, hour, 5, tzinfo=UTC),
        ZoneInfo("Asia/Jakarta"),
        datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
    )
    assert said == expected


def test_what_is_not_reached_depends_on_the_quantile() -> None:
    frame = values()
    classes = classes_of(frame, measure="p90_resolution")
    assert "over 10% still wait" in words(legend(frame, classes, measure="p90_resolution"))
    assert "over half still wait" in words(legend(frame, classes, measure="median_response"))
