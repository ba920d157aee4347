"""Satisfaction and users, against pandas over the raw log."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from data.usage import DayOfUse, record_usage
from data.vocabulary import EventKind
from queries.filters import ComplaintFilter
from queries.kpi.model import Change
from queries.kpi.satisfaction import satisfaction_kpi
from queries.kpi.users import users_kpi
from tests.queries.kpi.conftest import Life, lives_until, scope_of

ZONE = ZoneInfo("Asia/Jakarta")
LATER = datetime(2026, 3, 9, 15, tzinfo=ZONE)
WANTED = ComplaintFilter(start=date(2026, 2, 22), end=date(2026, 3, 8))


def answers(lives: list[Life]) -> pd.DataFrame:
    rows = []
    for life in lives:
        said = [event.data for event in life.events if event.kind == "rated"]
        kinds = [event.kind for event in life.events]
        closed = life.resolved_at() is not None or "rejected" in kinds
        last = said[-1] if said else {}
        rows.append((last.get("stars"), last.get("solved"), bool(said), closed))
    return pd.DataFrame(rows, columns=["stars", "solved", "rated", "closed"])


def within(lives: list[Life], start: date, end: date) -> list[Life]:
    return [life for life in lives if start <= life.row.requested_at.astimezone(ZONE).date() < end]


@pytest.mark.parametrize("as_of", [None, LATER])
def test_satisfaction_is_that_of_the_last_answers(city: Store, as_of: datetime | None) -> None:
    wanted = WANTED.replace(as_of=as_of)
    scope = scope_of(city, wanted)
    kpi = satisfaction_kpi(city, wanted, scope)
    found = {one.code: one.now for one in kpi.indicators}
    said = answers(within(lives_until(city, scope.now.seen_at), *(WANTED.start, WANTED.end)))  # type: ignore[arg-type]
    rated = said[said["rated"]]
    told = rated["solved"].dropna()
    asked = int((said["closed"] | said["rated"]).sum())
    assert found["mean_stars"].value == pytest.approx(rated["stars"].mean())
    votes = [*rated["stars"], 1, 5]
    half = 1.959963984540054 * np.std(votes, ddof=1) / len(votes) ** 0.5
    assert found["mean_stars"].low == pytest.approx(np.mean(votes) - half)
    for code, part, whole in (
        ("satisfied", int((rated["stars"] >= 4).sum()), len(rated)),
        ("rated", len(rated), asked),
        ("solved", int(told.sum()), len(told)),
        ("said_whether_solved", len(told), asked),
    ):
        one = found[code]
        assert (one.value, one.n) == (pytest.approx(part / whole), whole)
        bounds = proportion_confint(part, whole, method="wilson")
        assert (one.low, one.high) == pytest.approx(bounds)


def test_satisfaction_then_is_what_was_said_by_then(city: Store) -> None:
    wanted = WANTED.replace(as_of=LATER)
    scope = scope_of(city, wanted)
    kpi = satisfaction_kpi(city, wanted, scope)
    assert scope.before is not None
    then = LATER - timedelta(days=14)
    said = answers(within(lives_until(city, then), date(2026, 2, 8), date(2026, 2, 22)))
    assert kpi.headline.before is not None
    was = kpi.headline.before.was
    assert was.value == pytest.approx(said["stars"].mean())
    assert was.n == said["stars"].count()


def test_who_rated_was_asked_though_the_complaint_is_open_again(any_store: Store) -> None:
    at = datetime(2026, 2, 23, 3, tzinfo=ZONE)
    rated = [
        Happening(EventKind.RESOLVED, at + timedelta(hours=1)),
        Happening(EventKind.RATED, at + timedelta(hours=2), data={"stars": 1, "solved": False}),
        Happening(EventKind.REOPENED, at + timedelta(hours=3)),
    ]
    new = NewComplaint(service_code="garbage", channel_code="app", requested_at=at)
    assert record_histories(any_store, [History(new, rated), History(new, [])]).refused == []
    kpi = satisfaction_kpi(any_store, WANTED, scope_of(any_store, WANTED))
    found = {one.code: one.now for one in kpi.indicators}
    assert (found["rated"].value, found["rated"].n, kpi.maturity["open"]) == (1.0, 1, 2)


def test_nobody_has_rated(any_store: Store) -> None:
    kpi = satisfaction_kpi(any_store, WANTED, scope_of(any_store, WANTED))
    assert {one.now.state for one in kpi.indicators} == {"none"}


def use(store: Store, day: date, channel: str, registered: int, active: int) -> None:
    record_usage(
        store,
        [
            DayOfUse(
                date=day, channel_code=channel, registered_users=registered, active_users=active
            )
        ],
    )


def test_users_are_of_the_last_whole_day_and_of_all_apps(city: Store) -> None:
    for back, registered in ((20, 80), (6, 100), (2, 120), (1, 130)):
        use(city, date(2026, 3, 9) - timedelta(days=back), "app", registered, registered // 2)
    use(city, date(2026, 3, 7), "email", 7, 3)
    use(city, date(2026, 3, 9), "app", 999, 999)  # that day is not over
    wanted = ComplaintFilter(start=date(2026, 3, 2), as_of=LATER)
    kpi = users_kpi(city, wanted, scope_of(city, wanted))
    found = {one.code: one.now for one in kpi.indicators}
    assert found["registered_users"].value == 130
    assert found["active_users"].value == 65
    assert found["active_a_day"].value == pytest.approx((50 + 60 + 3 + 65) / 3)
    assert found["active_a_day"].n == 3
    assert kpi.maturity["day"] == "2026-03-08"
    assert kpi.headline.before is not None and kpi.headline.before.was.state == "none"
    only = wanted.replace(channels=("email",))
    kpi = users_kpi(city, only, scope_of(city, only))
    assert kpi.headline.now.value == 7
    assert not kpi.maturity["is_narrowed"]
    narrowed = wanted.replace(services=("flood",))
    assert users_kpi(city, narrowed, scope_of(city, narrowed)).maturity["is_narrowed"]


@pytest.mark.parametrize("services", [(), ("garbage",)])
def test_first_time_reporters_are_first_of_all_services(
    city: Store, services: tuple[str, ...]
) -> None:
    wanted = WANTED.replace(services=services, as_of=LATER)
    scope = scope_of(city, wanted)
    lives = lives_until(city, LATER)
    frame = pd.DataFrame(
        [
            (life.row.account_id, life.row.requested_at, life.row.id, life.row.service_id)
            for life in lives
            if life.row.account_id
        ],
        columns=["account", "at", "id", "service"],
    ).sort_values(["at", "id"])
    frame["first"] = ~frame.duplicated("account")
    days = frame["at"].dt.tz_convert(ZONE).dt.date
    mine = frame[(days >= WANTED.start) & (days < WANTED.end)]
    if services:
        garbage = city.reference().service_by_code["garbage"].id
        mine = mine[mine["service"] == garbage]
    kpi = users_kpi(city, wanted, scope)
    first = kpi.indicators[-1].now
    assert (first.value, first.n) == (mine["first"].sum(), len(mine))
    assert first.value and first.value < first.n


def test_who_is_new_is_compared_where_records_reach_back_a_year(city: Store) -> None:
    """Where records begin everybody is new: fewer than then is no loss."""
    wanted = WANTED.replace(start=date(2026, 3, 1), as_of=LATER)

    def look() -> tuple[Change | None, object]:
        kpi = users_kpi(city, wanted, scope_of(city, wanted))
        return kpi.indicators[-1].before, kpi.maturity["records_begin"]

    change, began = look()
    assert change is not None and (change.change, change.was.state) == (None, "none")
    assert began is not None
    old = NewComplaint(
        service_code="garbage", channel_code="app", requested_at=datetime(2024, 1, 1, tzinfo=ZONE)
    )
    record_histories(city, [History(old, [])])
    change, began = look()
    assert change is not None and change.change is not None and change.was.value
    assert change.low is not None and began is None


def test_new_complaints_and_answers_are_read_as_they_come(city: Store) -> None:
    from tests.queries.kpi.lives import histories

    everything = ComplaintFilter()

    def both() -> tuple[float, float]:
        scope = scope_of(city, everything)
        users = users_kpi(city, everything, scope).indicators[-1].now
        stars = satisfaction_kpi(city, everything, scope).headline.now
        return users.n, stars.n

    before = both()
    more = histories(seed=12, number=100)
    for index, history in enumerate(more):
        object.__setattr__(history.new, "external_id", f"more-{index}")
    assert record_histories(city, more).refused == []
    after = both()
    lives = lives_until(city, datetime.now(ZONE))
    assert after[0] == sum(bool(life.row.account_id) for life in lives) > before[0]
    assert after[1] == sum(any(e.kind == "rated" for e in life.events) for life in lives)
    assert after[1] > before[1]
