"""A city whose truth is known: what the evaluation must and must not say of its units."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from data.bulk import History
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Evaluation
from queries.measured import Measured
from tests.queries.evaluation.planting import (
    MONTH,
    SEEN_AT,
    answered,
    flagged,
    hours,
    life,
    plant,
    unit,
)

EASY, HARD = "garbage", "public-facilities"  # targets of 24 and 168 hours
ORDINARY = [f"31.74.01.100{number}" for number in range(1, 7)]
MOSTLY_EASY, MOSTLY_HARD = "31.71.01.1001", "31.71.01.1002"
SHOW, FEW, PASSES_ON, RECEIVES = (f"31.73.01.100{number}" for number in range(1, 5))


def office(district: str) -> str:
    return f"kel-{district}"


def ordinary(district: str, number: int, easy: float, chance: random.Random) -> Iterator[History]:
    """As skilled as all others: what becomes of a case is a matter of its service alone."""
    for _ in range(number):
        is_easy = chance.random() < easy
        kept = chance.random() < (0.95 if is_easy else 0.5)
        target = 24 if is_easy else 168
        yield answered(
            district,
            EASY if is_easy else HARD,
            chance.uniform(0, 30),
            answer=chance.expovariate(1 / (1 if is_easy else 8)) + 0.2,
            resolve=target * (chance.uniform(0.4, 0.95) if kept else chance.uniform(1.1, 2)),
            stars=chance.choice([3, 4, 4, 5]) if chance.random() < 0.4 else None,
            reopen=20 if chance.random() < 0.03 else None,
        )


def city(chance: random.Random) -> Iterator[History]:
    for district in ORDINARY:
        yield from ordinary(district, 100, 0.5, chance)


def for_show(
    chance: random.Random, answer: float, resolve: float, *, rated: float = 0, reopened: float = 0
) -> Iterator[History]:
    """100 cases closed `resolve` hours after they came, whatever was done; those rated, badly."""
    for _ in range(100):
        yield answered(
            SHOW,
            chance.choice([EASY, HARD]),
            chance.uniform(0, 28),
            answer=answer,
            resolve=resolve,
            stars=chance.choice([1, 1, 2]) if rated and chance.random() < rated else None,
            reopen=10 if reopened and chance.random() < reopened else None,
        )


def judged(store: Store) -> Evaluation:
    return evaluate(store, MONTH, seen_at=SEEN_AT)


def overlap(one: Measured, other: Measured) -> bool:
    assert None not in (one.low, one.high, other.low, other.high)
    return one.low <= other.high and other.low <= one.high  # type: ignore[operator]


def test_equal_skill_comes_out_equal_whatever_the_mix(jakarta_store: Store) -> None:
    chance = random.Random(1)
    plant(jakarta_store, city(chance))
    plant(jakarta_store, ordinary(MOSTLY_EASY, 300, 0.9, chance))
    plant(jakarta_store, ordinary(MOSTLY_HARD, 300, 0.1, chance))
    found = judged(jakarta_store)
    easy, hard = unit(found, office(MOSTLY_EASY)), unit(found, office(MOSTLY_HARD))
    assert easy.on_time_share.value - hard.on_time_share.value > 0.25  # type: ignore[operator]
    assert easy.on_time_share.low > hard.on_time_share.high  # type: ignore[operator]
    easy_median, hard_median = (u.components["median_response"].value for u in (easy, hard))
    assert hard_median > 3 * easy_median  # type: ignore[operator]
    for name in ("on_time_ratio", "median_response", "resolution_share", "satisfaction"):
        one, other = easy.ratios[name], hard.ratios[name]
        assert abs(one.value - 1) < 0.1 and abs(other.value - 1) < 0.1, name  # type: ignore[operator]
        assert overlap(one, other), name
    assert abs(easy.score - hard.score) < 5  # type: ignore[operator]
    assert {easy.differs, hard.differs} == {"as_expected"}
    assert easy.rank is not None and hard.rank is not None
    assert easy.rank[0] <= hard.rank[1] and hard.rank[0] <= easy.rank[1]
    by_code = {row.code: row for row in found.fairness.rows}
    assert by_code[easy.code].raw_rank == 1
    assert by_code[hard.code].raw_rank == len(found.units)


def test_a_closer_for_show_is_flagged_and_does_not_win(jakarta_store: Store) -> None:
    chance = random.Random(2)
    plant(jakarta_store, city(chance))
    plant(jakarta_store, for_show(chance, 0.02, 0.05, rated=0.4, reopened=0.35))
    found = judged(jakarta_store)
    show = unit(found, office(SHOW))
    assert flagged(found, "closed_in_minutes_without_photo") == {office(SHOW): 100}
    assert show.flags["closed_in_minutes_without_photo"] == 100
    assert flagged(found, "low_rating_closed")[office(SHOW)] > 25
    row = next(row for row in found.fairness.rows if row.code == show.code)
    assert row.raw_rank is not None and row.raw_rank <= 2  # it would have won before
    assert show.components["median_response"].value == 72
    assert show.rank is not None and show.rank[0] > 1
    assert row.score_rank == len(found.units)


def test_a_closer_for_show_whom_nobody_rates_does_not_win_either(jakarta_store: Store) -> None:
    chance = random.Random(9)
    plant(jakarta_store, city(chance))
    plant(jakarta_store, for_show(chance, 0.02, 0.05))
    found = judged(jakarta_store)
    show = unit(found, office(SHOW))
    assert show.flags["closed_in_minutes_without_photo"] == 100
    assert show.on_time_share.value == 1.0  # as it is; but nothing shows that anything was done
    assert show.parts["on_time_ratio"] <= 50.1 and show.parts["median_response"] <= 50.1
    assert show.rank is not None and show.rank[0] > 1
    row = next(row for row in found.fairness.rows if row.code == show.code)
    assert row.raw_rank == 1 and row.score_rank is not None and row.score_rank > 1


def test_nor_does_one_that_waits_a_little_before_it_closes(jakarta_store: Store) -> None:
    """Twenty minutes each: no flag of haste, but those who were asked say that nothing was done."""
    chance = random.Random(7)
    plant(jakarta_store, city(chance))
    plant(jakarta_store, for_show(chance, 0.1, 0.34, rated=0.4))
    found = judged(jakarta_store)
    show = unit(found, office(SHOW))
    assert show.flags["closed_in_minutes_without_photo"] == 0
    assert show.flags["low_rating_closed"] > 25
    assert show.on_time_share.value == 1.0
    row = next(row for row in found.fairness.rows if row.code == show.code)
    assert row.raw_rank == row.standardised_rank == row.former_points_rank == 1
    assert row.score_rank == len(found.units)
    assert show.parts["median_response"] < 55 and show.parts["on_time_ratio"] < 55


def test_who_is_quick_and_good_keeps_what_that_earns(jakarta_store: Store) -> None:
    chance = random.Random(8)
    plant(jakarta_store, city(chance))
    plant(
        jakarta_store,
        [
            answered(
                SHOW,
                HARD,
                chance.uniform(0, 28),
                answer=0.5,
                resolve=chance.uniform(20, 60),
                stars=stars,
            )
            for stars in [5] * 45 + [None] * 55
        ],
    )
    show = unit(judged(jakarta_store), office(SHOW))
    assert show.parts["median_response"] == 100 and show.rank == (1, 1)


def test_who_receives_others_cases_late_is_not_blamed(jakarta_store: Store) -> None:
    chance = random.Random(3)
    plant(jakarta_store, city(chance))
    late = [
        life(
            PASSES_ON,
            EASY,
            chance.uniform(0, 25),
            (EventKind.TRANSFERRED, hours(72), {"unit_code": office(RECEIVES)}),
            (EventKind.ACKNOWLEDGED, hours(73), {}),
            (EventKind.RESOLVED, hours(84), {}),
        )
        for _ in range(60)
    ]
    plant(jakarta_store, late)
    found = judged(jakarta_store)
    receives, passes = unit(found, office(RECEIVES)), unit(found, office(PASSES_ON))
    assert (receives.handovers.received, receives.handovers.late_on_arrival) == (60, 60)
    assert receives.components["median_response"].value == 3600
    assert receives.on_time_share.value == 1.0
    assert receives.components["on_time_ratio"].low > 0.7  # type: ignore[operator]
    assert receives.differs != "worse" and receives.score > 50  # type: ignore[operator]
    assert receives.flags["unusual_handover"] == 0
    assert passes.handovers.passed_on == 60 and passes.flags["unusual_handover"] == 60
    assert passes.on_time_share.value == 0.0  # kept beyond its own deadline, then passed on
    assert passes.components["median_response"].state == "not_reached"
    assert passes.score < receives.score  # type: ignore[operator]
    assert not passes.is_ranked  # nothing was left to it to bring to an end


def test_a_unit_with_few_cases_is_reported_not_ranked(jakarta_store: Store) -> None:
    """21 splendid cases, all its own, due and kept: no rank, in whatever order they come."""
    chance = random.Random(4)
    plant(jakarta_store, city(chance))

    def splendid(number: int) -> list[History]:
        return [
            answered(FEW, EASY, chance.uniform(0, 20), answer=0.2, resolve=1, stars=5)
            for _ in range(number)
        ]

    plant(jakarta_store, splendid(19))
    few = unit(judged(jakarta_store), office(FEW))
    assert (few.n, few.own_cases, few.rank, few.differs) == (19, 19, None, None)
    assert few.score is not None and few.components["resolution_share"].state == "too_few"
    plant(jakarta_store, splendid(2))
    found = judged(jakarta_store)
    few = unit(found, office(FEW))
    assert (few.n, few.own_cases, few.is_ranked, few.rank, few.differs) == (
        21,
        21,
        False,
        None,
        None,
    )
    assert few.components["resolution_share"].state == "ok"  # reported, as enough for a figure
    assert office(FEW) not in {point.code for point in found.funnel.points}
    row = next(row for row in found.fairness.rows if row.code == office(FEW))
    assert row.other_cutoff_rank == {"10": 1, "30": None}
    assert (row.score_rank, row.raw_rank, row.standardised_rank) == (None, None, None)
    plant(jakarta_store, splendid(2))
    assert not unit(judged(jakarta_store), office(FEW)).is_ranked
    plant(jakarta_store, splendid(1))
    few = unit(judged(jakarta_store), office(FEW))
    assert (few.own_cases, few.is_ranked) == (24, True)


def test_who_alone_has_its_services_is_reported_not_ranked(jakarta_store: Store) -> None:
    """Held against itself it would be as expected, whatever it does."""
    chance = random.Random(4)
    plant(jakarta_store, city(chance))
    reference = jakarta_store.reference()
    place = reference.district_by_code[FEW].id
    routed = {
        code: reference.units.get(reference.route(service, place) or 0)
        for code, service in reference.service_by_code.items()
    }
    service, alone = next((c, u) for c, u in routed.items() if u and u.kind == "agency")
    plant(
        jakarta_store,
        [answered(FEW, service, day / 2, answer=200, resolve=24 * 20) for day in range(60)],
    )
    found = judged(jakarta_store)
    agency = unit(found, alone.code)
    assert agency.own_cases == 60 and agency.comparable_share == 0
    assert (agency.is_ranked, agency.rank, agency.differs) == (False, None, "no_other")
    assert alone.code not in {point.code for point in found.funnel.points}
    row = next(row for row in found.fairness.rows if row.code == alone.code)
    assert (row.score_rank, row.other_cutoff_rank) == (None, {"10": None, "30": None})

    assert agency.on_time_share.value == 0
    assert agency.components["on_time_ratio"].state == "nothing_expected"
    assert found.counts["units_without_others"] == 1
    shares = [u.comparable_share for u in found.units if u.code != alone.code]
    assert shares == pytest.approx([5 / 6] * len(shares), abs=0.02)


def test_one_alone_has_no_rank(jakarta_store: Store) -> None:
    """First and last of one says nothing, though others with few cases have the same services."""
    chance = random.Random(4)
    plant(
        jakarta_store,
        [
            answered(place, EASY, chance.uniform(0, 20), answer=1, resolve=4)
            for place, number in ((FEW, 30), *((other, 8) for other in ORDINARY))
            for _ in range(number)
        ],
    )
    one = unit(judged(jakarta_store), office(FEW))
    assert one.own_cases == 30 and one.comparable_share > 0.5
    assert (one.is_ranked, one.rank, one.differs) == (False, None, "no_other")


def test_what_was_not_its_own_to_end_earns_no_rank(jakarta_store: Store) -> None:
    chance = random.Random(4)
    plant(jakarta_store, city(chance))
    plant(jakarta_store, [answered(FEW, EASY, day, answer=1, resolve=9) for day in range(23)])
    gone = (EventKind.TRANSFERRED, hours(1), {"unit_code": office(SHOW)})
    plant(jakarta_store, [life(FEW, EASY, 3, gone) for _ in range(10)])
    found = judged(jakarta_store)
    few, got = unit(found, office(FEW)), unit(found, office(SHOW))
    assert (few.n, few.own_cases, few.is_ranked) == (33, 23, False)
    assert (got.n, got.is_ranked, got.components["median_response"].state) == (10, False, "too_few")


def test_with_few_cases_a_score_stays_near_the_middle(jakarta_store: Store) -> None:
    chance = random.Random(5)
    plant(jakarta_store, city(chance))
    for district, number in ((FEW, 5), (SHOW, 200)):
        plant(
            jakarta_store,
            [
                answered(district, EASY, chance.uniform(0, 20), answer=0.01, resolve=8, stars=5)
                for _ in range(number)
            ],
        )
    found = judged(jakarta_store)
    few, many = unit(found, office(FEW)), unit(found, office(SHOW))
    assert 50 < few.score < many.score - 10  # type: ignore[operator]


def test_every_kind_of_flag_names_its_cases(jakarta_store: Store) -> None:
    at_once = [
        answered(MOSTLY_EASY, HARD, 5, answer=2 + step / 3600, resolve=9 + step / 3600)
        for step in range(6)
    ]
    again = life(
        MOSTLY_HARD,
        HARD,
        6,
        (EventKind.RESOLVED, hours(5), {}),
        (EventKind.REOPENED, hours(6), {}),
        (EventKind.RESOLVED, hours(7), {}),
        (EventKind.REOPENED, hours(8), {}),
    )
    brink = [
        answered(FEW, EASY, day, answer=2, resolve=24 - minutes / 60)
        for day, minutes in enumerate((1, 5, 9, 20, 29, 31))
    ]
    photo = ("https://photos.example.org/after.jpg",)
    same = [answered(SHOW, HARD, day, answer=1, resolve=3, media=photo) for day in (1, 2)]
    back = life(
        PASSES_ON,
        HARD,
        7,
        (EventKind.TRANSFERRED, hours(1), {"unit_code": office(RECEIVES)}),
        (EventKind.TRANSFERRED, hours(2), {"unit_code": office(PASSES_ON)}),
    )
    quick = [
        answered(RECEIVES, HARD, day, answer=0.01, resolve=minutes / 60, media=media)
        for day, minutes, media in (
            (1, 4.9, ()),
            (2, 5.1, ()),
            (3, 4.9, ("https://p.example/1",)),
            (4, 4.9, photo),  # it is on others', too
        )
    ]
    unhappy = [answered(ORDINARY[0], HARD, s, answer=1, resolve=9, stars=s) for s in (1, 2, 3)]
    refused = [
        life(ORDINARY[1], HARD, 3, (EventKind.REJECTED, hours(200), {})),  # it was late
        life(
            ORDINARY[1],
            HARD,
            3,
            (EventKind.REJECTED, hours(1), {}),
            (EventKind.REOPENED, hours(3), {}),
        ),
        life(ORDINARY[1], HARD, 3, (EventKind.REJECTED, hours(1), {})),
    ]
    plant(jakarta_store, [*at_once, again, *brink, *same, back, *quick, *unhappy, *refused])
    found = judged(jakarta_store)
    assert {flag.kind: flagged(found, flag.kind) for flag in found.flags} == {
        "low_rating_closed": {office(ORDINARY[0]): 2},
        "closed_in_minutes_without_photo": {office(RECEIVES): 2},
        "unusually_quick_closing": {office(RECEIVES): 4},
        "bulk_closing": {office(MOSTLY_EASY): 6},
        "reopened_repeatedly": {office(MOSTLY_HARD): 1},
        "closed_just_before_deadline": {office(FEW): 5},
        "same_photo_twice": {office(RECEIVES): 1, office(SHOW): 2},
        "unusual_handover": {office(RECEIVES): 1},
        "unusual_rejection": {office(ORDINARY[1]): 2},
    }
    bulk = next(flag for flag in found.flags if flag.kind == "bulk_closing")
    assert bulk.cases == tuple(str(number) for number in range(1, 7))


def test_three_maturities_of_the_same_month(jakarta_store: Store) -> None:
    chance = random.Random(6)
    plant(jakarta_store, city(chance))
    early, later, last = (
        evaluate(jakarta_store, MONTH, seen_at=SEEN_AT - timedelta(days=days))
        for days in (40, 14, 0)
    )
    shares = [found.maturity.share_open for found in (early, later, last)]
    assert shares[0] > shares[1] > shares[2]  # type: ignore[operator]
    assert early.maturity.received < later.maturity.received == last.maturity.received == 600
    assert last.maturity.due == 600 and last.maturity.not_yet_due == 0
    assert last.maturity.open == sum(u.components["resolution_share"].n for u in last.units) - sum(
        round(u.components["resolution_share"].value * u.components["resolution_share"].n)  # type: ignore[operator]
        for u in last.units
    )
