"""The channels page says what the numbers are, in words that stand without colour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from components.channel_badge import badge_words
from components.channel_table import channels_table
from components.channel_tables import day_bars, day_table, key_table, refusal_table
from components.channel_view import channel_facts, channel_head, connect
from components.channel_words import age, reason_word, state_word
from data.i18n import use_language
from data.reasons import Reason
from data.reference import Channel, Reference
from data.store import Store
from queries.channels import ChannelHealth, Day, Lag, Overview, State, Traffic
from queries.refusals import Grounds, KeyUse
from tests.components.test_panels import words

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
NAN = float("nan")


def traffic(accepted: int = 0, refused: int = 0) -> Traffic:
    days = [Day(NOON.date() - timedelta(days=n), 0, 0) for n in range(29, 0, -1)]
    return Traffic(
        days=(*days, Day(NOON.date(), accepted, refused)),
        refused_share=refused / (accepted + refused) if accepted + refused else NAN,
        grounds=(Grounds(Reason.OUTSIDE, 400, refused, NOON),) if refused else (),
        last_refused_at=NOON if refused else None,
    )


def health(code: str = "app", **changes: Any) -> ChannelHealth:
    values: dict[str, Any] = {
        "channel": Channel(1, code, code.title(), "app"),
        "state": State.OK,
        "total": 1_500,
        "loaded": 0,
        "last_complaint_at": NOON - timedelta(minutes=4),
        "last_event_at": NOON,
        "last_attempt_at": NOON,
        "accepted_24h": 70,
        "accepted_7d": 400,
        "traffic": traffic(60, 20),
        "lag_24h": Lag(NAN, NAN, 0),
        "lag_7d": Lag(12.0, 5_400.0, 400),
        "open_now": 300,
        "keys": (
            KeyUse("phones", code, NOON, NOON, None, ("write", "publish"), 600),
            KeyUse("old", code, NOON, None, NOON, ("write",), 30_000),
        ),
        "rhythm": None,
        "silent_from": None,
    }
    return ChannelHealth(**{**values, **changes})


def overview(*channels: ChannelHealth, unknown: Traffic | None = None) -> Overview:
    return Overview(1, NOON, channels or (health(),), unknown or traffic())


@pytest.fixture
def reference(store: Store) -> Reference:
    return store.reference()


def test_a_row_has_every_number_with_its_words(reference: Reference) -> None:
    with use_language("id"):
        text = words(channels_table(overview(), reference))
    for part in (
        "✓ Baik",
        "4 mnt lalu",
        "11:56 WIB",
        "60 hari ini · 400 dalam 7 hari",
        "25,0% · 20",
        "di luar kota",
        "12 dtk",
        "90% dalam 1,5 jam",
        "20,0% dari 1.500",
        "1 dipakai",
    ):
        assert part in text


def test_the_worst_come_first_and_unknown_keys_last(reference: Reference) -> None:
    shown = overview(
        health("sound"),
        health("unused", state=State.UNUSED, total=0, last_complaint_at=None),
        health("silent", state=State.SILENT),
        health("failing", state=State.FAILING),
        unknown=traffic(refused=7),
    )
    text = words(channels_table(shown, reference))
    names = ("Failing", "Silent", "Sound", "Unused", "No channel")
    places = [
        text.index(f"{name} {'without' if name == 'No channel' else 'App'}") for name in names
    ]
    assert places == sorted(places)
    assert text.startswith("▲ Failing   1 ◆ Silent   1 ✓ OK   1 ○ Not used yet   1")


def test_each_state_and_reason_has_a_word_of_its_own_in_both_languages() -> None:
    for language in ("en", "id"):
        with use_language(language):
            assert len({state_word(state) for state in State}) == len(State)
            assert len({reason_word(reason) for reason in Reason}) == len(Reason)


def test_a_channels_own_page(reference: Reference) -> None:
    one, all_of_them = health(loaded=9), overview()
    facts = words(channel_facts(one, all_of_them, reference))
    assert "60 today · 70 in 24 h · 400 in 7 days · 1,500 ever" in facts
    assert "median 12 s · 90% within 1.5 h · n 400" in facts
    assert "20 today · 20 in 7 days (25.0%)" in facts
    assert "9 loaded lately" in facts
    refused = words(refusal_table(one.traffic, all_of_them, reference))
    assert "outside the city 400 20" in refused
    keys = words(key_table(one, all_of_them, reference))
    assert "phones write, publish · 600 a minute at most 10 Mar 2026" in keys
    assert "revoked 10 Mar 2026" in keys
    assert "Too few arrivals in 30 days" in words(channel_head(one, all_of_them, reference))


def test_the_bars_and_their_table_have_the_same_days() -> None:
    bars, table = day_bars(traffic(60, 20)), day_table(traffic(60, 20))
    assert str(bars).count("className='day-bar'") == 30
    assert "height': '75.0%'" in str(bars) and "height': '25.0%'" in str(bars)
    assert words(table).startswith(
        "Accepted and refused per day Day Accepted Refused 10 Mar 2026 60 20"
    )
    assert "Nothing came" in words(day_bars(traffic()))


def test_how_to_connect_names_this_server_and_channel_and_no_key() -> None:
    text = words(connect("app", "garbage", (-6.2, 106.82), "https://city.example"))
    assert "curl https://city.example/open311/v2/requests.json" in text
    assert "flask keys create NAME --channel app" in text
    assert "X-API-Key: KEY" in text


def test_the_badge_counts_and_names_those_that_need_somebody() -> None:
    assert badge_words(overview()) == ("", "Channels")
    shown = overview(health("a", state=State.SILENT), health("b", state=State.FAILING), health("c"))
    assert badge_words(shown) == ("2", "Channels: A (silent) and B (failing)")


def test_what_lies_ahead_of_a_slow_clock_is_now() -> None:
    assert words(age(NOON + timedelta(seconds=3), NOON)) == "0 s ago"
    assert words(age(None, NOON)) == "–"
