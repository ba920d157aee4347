"""Whoever plays for the score gains nothing over a twin with the same cases who does not."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest

from data.bulk import History
from data.evaluation.method import read_method
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Evaluation
from tests.queries.evaluation.planting import MONTH, SEEN_AT, answered, hours, life, plant, unit

EASY, HARD = "garbage", "public-facilities"  # targets of 24 and 168 hours
OTHERS = [f"31.74.0{kecamatan}.100{number}" for kecamatan in (1, 2) for number in range(1, 6)]
PLAYER, TWIN, FRIEND = "31.73.01.1001", "31.73.01.1002", "31.73.01.1003"
_NOISE = 1.0  # points: the player's own play moves a little what the city reaches
_METHOD = replace(read_method("1.0"), rounds=20)


@dataclass(frozen=True)
class Work:
    """A case, and what honest work would make of it; hours."""

    service: str
    target: float
    day: float
    answer: float
    resolve: float
    stars: int | None
    reopen: float | None

    @property
    def is_late(self) -> bool:
        return self.resolve > self.target


def works(chance: random.Random, number: int) -> Iterator[Work]:
    for _ in range(number):
        is_easy = chance.random() < 0.5
        target = 24 if is_easy else 168
        kept = chance.random() < (0.85 if is_easy else 0.5)
        resolve = target * (chance.uniform(0.4, 0.95) if kept else chance.uniform(1.1, 2))
        yield Work(
            EASY if is_easy else HARD,
            target,
            chance.uniform(0, 24),
            min(chance.expovariate(1 / (3 if is_easy else 12)) + 0.2, resolve * 0.9),
            resolve,
            chance.choice([2, 3, 4, 4, 5]) if chance.random() < 0.3 else None,
            20 if chance.random() < 0.05 else None,
        )


def honest(work: Work, district: str = PLAYER) -> History:
    return answered(
        district,
        work.service,
        work.day,
        answer=work.answer,
        resolve=work.resolve,
        stars=work.stars,
        reopen=work.reopen,
    )


def acts(work: Work, *happenings: tuple[EventKind, float, dict[str, object]]) -> History:
    told = [(kind, hours(after), more) for kind, after, more in happenings]
    return life(PLAYER, work.service, work.day, *told)


def reject(work: Work, after: float) -> History:
    return acts(work, (EventKind.REJECTED, after, {}))


def close(
    work: Work, after: float, media: tuple[str, ...] = (), stars: int | None = None
) -> History:
    return answered(
        PLAYER, work.service, work.day, answer=0.01, resolve=after, media=media, stars=stars
    )


def citizens_photo(work: Work) -> History:
    photo = {"data": {"media_urls": [f"https://x.example/{work.day}.jpg"]}}
    return acts(work, (EventKind.COMMENTED, 0.01, photo), (EventKind.RESOLVED, 0.17, photo))


def hand_over(work: Work, then: EventKind) -> History:
    """To a friend, who resolves it or hands it back for a new allowance."""
    at, friend, back = 0.98 * work.target, {"unit_code": f"kel-{FRIEND}"}, {}
    if then is EventKind.TRANSFERRED:
        back = {"unit_code": f"kel-{PLAYER}"}
    told: list[tuple[EventKind, float, dict[str, object]]] = [
        (EventKind.ACKNOWLEDGED, min(work.answer, work.target / 2), {}),
        (EventKind.TRANSFERRED, at, {**friend}),
        (then, at + 0.02, {**back}),
    ]
    if back:
        told += [(EventKind.ACKNOWLEDGED, at + 0.03, {}), (EventKind.RESOLVED, work.resolve, {})]
    return acts(work, *told)


def play(store: Store, played: Callable[[Work], list[History]], number: int = 100) -> Evaluation:
    chance = random.Random(1)
    for district in OTHERS:
        plant(store, [honest(work, district) for work in works(chance, 80)])
    same = list(works(chance, number))
    plant(store, [honest(work, TWIN) for work in same])
    plant(store, [history for work in same for history in played(work)])
    return evaluate(store, MONTH, seen_at=SEEN_AT, method=_METHOD)


def only_late(does: Callable[[Work], History]) -> Callable[[Work], list[History]]:
    return lambda work: [does(work) if work.is_late else honest(work)]


_pictures = count()


def invented() -> tuple[str]:
    """A picture of anything, that is on no other complaint."""
    return (f"https://x.example/invented-{next(_pictures)}.jpg",)


def own_verification(work: Work, submitted: float, resolved: float) -> History:
    told: list[tuple[EventKind, float, dict[str, object]]] = [
        (EventKind.ACKNOWLEDGED, 0.01, {}),
        (EventKind.SUBMITTED, submitted, {}),
        (EventKind.RESOLVED, resolved, {}),
    ]
    return acts(work, *told)


REJECTIONS = {
    "reject what is late": only_late(lambda work: reject(work, work.resolve)),
    "reject at once what would be late": only_late(lambda work: reject(work, 0.05)),
}
SHOWS = {
    "close all at ten minutes without a photo": lambda work: [close(work, 0.17)],
    "close all at one minute with the same photo": lambda work: [
        close(work, 0.02, ("https://x.example/a.jpg",))
    ],
    "close all with the photo that the citizen sent": lambda work: [citizens_photo(work)],
    "close, reopen and close by itself": lambda work: [
        acts(
            work,
            (EventKind.RESOLVED, 0.17, {}),
            (EventKind.REOPENED, 0.18, {}),
            (EventKind.RESOLVED, 0.19, {}),
        )
    ],
    "close all at ten minutes, rated badly": lambda work: [
        close(work, 0.17, stars=work.stars and 1)
    ],
    "close what would be late, and reject it once it was reopened": only_late(
        lambda work: acts(
            work,
            (EventKind.RESOLVED, work.target / 2, {}),
            (EventKind.REOPENED, work.target / 2 + 14.1 * 24, {}),
            (EventKind.REJECTED, work.target / 2 + 14.2 * 24, {}),
        )
    ),
    "close all at ten minutes after its own verification": lambda work: [
        own_verification(work, 0.1, 0.17)
    ],
    "close all within an hour, each with an invented photo": lambda work: [
        close(work, 0.2 + 0.03 * work.day, invented())
    ],
    "close at ten minutes with an invented photo what would be late": only_late(
        lambda work: close(work, 0.17, invented())
    ),
    "close at ten minutes with an invented photo what would be late, rated badly": only_late(
        lambda work: close(work, 0.17, invented(), stars=work.stars and 1)
    ),
    "report three more of each, closed with invented photos": lambda work: [
        honest(work),
        *(close(work, 0.2, invented()) for _ in range(3)),
    ],
    "report three more of each to itself": lambda work: [
        honest(work),
        *(close(work, 0.2) for _ in range(3)),
    ],
}
HANDOVERS = {
    "hand over at the last moment": only_late(lambda work: hand_over(work, EventKind.RESOLVED)),
    "hand over and get it back": only_late(lambda work: hand_over(work, EventKind.TRANSFERRED)),
}
EARLY = {
    f"pass on at {share:.0%} of its time what would be late": only_late(
        lambda work, share=share: acts(
            work,
            (EventKind.ACKNOWLEDGED, share * work.target / 2, {}),
            (EventKind.TRANSFERRED, share * work.target, {"unit_code": f"kel-{FRIEND}"}),
            (EventKind.RESOLVED, work.resolve, {}),
        )
    )
    for share in (0.01, 0.49)
}
PLAYS = REJECTIONS | SHOWS | HANDOVERS | EARLY


@pytest.mark.parametrize("played", PLAYS.values(), ids=PLAYS)
def test_who_plays_for_the_score_gains_nothing(
    jakarta_store: Store, played: Callable[[Work], list[History]]
) -> None:
    found = play(jakarta_store, played)
    player, twin = unit(found, f"kel-{PLAYER}"), unit(found, f"kel-{TWIN}")
    assert player.score is not None and twin.score is not None
    assert player.score < twin.score + _NOISE
    assert player.differs != "better"


@pytest.mark.parametrize("played", REJECTIONS.values(), ids=REJECTIONS)
def test_unusual_rejections_are_flagged(
    jakarta_store: Store, played: Callable[[Work], list[History]]
) -> None:
    found = play(jakarta_store, played)
    player = unit(found, f"kel-{PLAYER}")
    share = player.components["rejected_share"]
    assert share.n == 100 and share.low > 0.1  # type: ignore[operator]
    assert player.flags["unusual_rejection"] == round(share.value * 100)  # type: ignore[operator]
    assert "rejected_share" not in player.parts  # it costs nothing by itself


def test_who_rejects_as_often_as_all_loses_nothing(jakarta_store: Store) -> None:
    for district in (PLAYER, TWIN):
        same = list(works(random.Random(5), 100))
        plant(
            jakarta_store,
            [
                life(district, w.service, w.day, (EventKind.REJECTED, hours(1), {}))
                if place % 10 == 0
                else honest(w, district)
                for place, w in enumerate(same)
            ],
        )
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    one, other = (unit(found, f"kel-{district}") for district in (PLAYER, TWIN))
    assert one.score == other.score and abs(one.parts["on_time_ratio"] - 50) < 0.01
    assert found.flags == () or "unusual_rejection" not in {flag.kind for flag in found.flags}


def test_what_proves_a_closing(jakarta_store: Store) -> None:
    """A photo of its own, verification that was passed, 3 stars; of each unit one case a line."""
    photo, other = ({"data": {"media_urls": [f"https://x.example/{n}.jpg"]}} for n in (1, 2))
    closed: tuple[EventKind, float, dict[str, object]] = (EventKind.RESOLVED, 9, {})
    told = {
        0: [
            [closed],
            [(EventKind.RESOLVED, 9, photo)],  # on two complaints
            [(EventKind.COMMENTED, 1, photo), closed],  # the citizen's
            [closed, (EventKind.REOPENED, 10, other), (EventKind.RESOLVED, 11, {})],
            [(EventKind.SUBMITTED, 8, {}), (EventKind.SENT_BACK, 8.5, {}), closed],
            [closed, (EventKind.RATED, 10, {"data": {"stars": 2}})],
        ],
        1: [
            [(EventKind.RESOLVED, 9, {"data": {"media_urls": ["https://x.example/3.jpg"]}})],
            [(EventKind.SUBMITTED, 8, {}), closed],
            [closed, (EventKind.RATED, 10, {"data": {"stars": 3}})],
        ],
    }
    for place, lives in told.items():
        plant(
            jakarta_store,
            [
                life(OTHERS[place], EASY, day, *((kind, hours(at), more) for kind, at, more in one))
                for day, one in enumerate(lives)
            ],
        )
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    shares = [unit(found, f"kel-{OTHERS[place]}").components["proven_share"] for place in told]
    assert [(share.value, share.n) for share in shares] == [(0, 6), (1, 3)]


QUICK = [play for name, play in SHOWS.items() if "minute" in name or "invented" in name]


@pytest.mark.parametrize("played", QUICK)
def test_unusually_quick_closings_are_flagged(
    jakarta_store: Store, played: Callable[[Work], list[History]]
) -> None:
    found = play(jakarta_store, played)
    kinds = {flag.kind: flag.unit for flag in found.flags}
    assert unit(found, f"kel-{PLAYER}").flags["unusually_quick_closing"] > 30
    assert kinds["unusually_quick_closing"] == f"kel-{PLAYER}"


@pytest.mark.parametrize("are_rated", [True, False])
@pytest.mark.parametrize("players", [1, 4])
def test_who_plays_in_company_does_not_win(
    jakarta_store: Store, are_rated: bool, players: int
) -> None:
    """Others who do the same are no yardstick, as long as they are fewer than half."""
    chance = random.Random(players)
    teams = [*OTHERS[: 10 - players], *OTHERS[10 - players + 1 :], PLAYER]
    for place, district in enumerate(teams):
        cases = [w if are_rated else replace(w, stars=None) for w in works(chance, 90)]
        shown = [
            answered(
                district, w.service, w.day, answer=0.01, resolve=0.3 + w.day / 40, media=invented()
            )
            for w in cases
        ]
        is_honest = place < len(teams) - players
        plant(jakarta_store, [honest(w, district) for w in cases] if is_honest else shown)
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    player = unit(found, f"kel-{PLAYER}")
    assert player.flags["unusually_quick_closing"] == 90
    assert player.score is not None and player.score <= 50 and player.differs == "as_expected"
    assert player.score < max(one.score for one in found.units if one.score is not None)


@pytest.mark.parametrize(("times", "differs"), [(1, "as_expected"), (2, "better"), (4, "better")])
def test_who_is_quicker_in_all_is_not_meant(
    jakarta_store: Store, times: float, differs: str
) -> None:
    """Each closing in a part of the time that it takes others, which vary a lot."""
    chance = random.Random(3)

    def cases(district: str, faster: float) -> list[History]:
        found = []
        for _ in range(150):
            easy = chance.random() < 0.5
            resolve = (14 if easy else 110) * chance.lognormvariate(0, 1.2) / faster + 0.1
            found.append(
                answered(
                    district,
                    EASY if easy else HARD,
                    chance.uniform(0, 24),
                    answer=min(resolve * 0.9, chance.expovariate(1 / 3) / faster),
                    resolve=resolve,
                    stars=chance.choice([2, 3, 4, 4, 5]) if chance.random() < 0.3 else None,
                    media=invented() if chance.random() < 0.6 else (),
                )
            )
        return found

    for district in OTHERS:
        plant(jakarta_store, cases(district, 1))
    plant(jakarta_store, cases(PLAYER, times))
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    assert "unusually_quick_closing" not in {flag.kind for flag in found.flags}
    assert unit(found, f"kel-{PLAYER}").differs == differs


@pytest.mark.parametrize(
    ("raters", "stars", "is_vouched_for"),
    [(25, 4, True), (25, 2, False), (4, 4, True), (3, 4, False)],
)
def test_citizens_vouch_for_who_is_unusually_quick(
    jakarta_store: Store, raters: int, stars: int, is_vouched_for: bool
) -> None:
    """A few content ones for all of its cases, fewer for their own alone."""
    chance = random.Random(4)
    for district in OTHERS:
        plant(jakarta_store, [honest(work, district) for work in works(chance, 80)])
    quick = [
        close(work, 0.5, invented(), stars=stars if place < raters else None)
        for place, work in enumerate(works(chance, 100))
    ]
    plant(jakarta_store, quick)
    player = unit(evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD), f"kel-{PLAYER}")
    proven = 100 if is_vouched_for else raters if stars > 2 else 0
    assert player.components["proven_share"].value == proven / 100
    assert (player.differs == "better") == is_vouched_for


@pytest.mark.parametrize("played", HANDOVERS.values(), ids=HANDOVERS)
def test_a_late_handover_lets_nobody_off(
    jakarta_store: Store, played: Callable[[Work], list[History]]
) -> None:
    """Nor does one that comes back: one promise, its first deadline, one clock."""
    found = play(jakarta_store, played)
    player, twin = unit(found, f"kel-{PLAYER}"), unit(found, f"kel-{TWIN}")
    assert player.on_time_share == twin.on_time_share
    assert player.n == twin.n == 100 and player.handovers.passed_on > 20
    assert player.flags["unusual_handover"] == player.handovers.passed_on


def test_who_passes_on_beyond_chance_is_flagged(jakarta_store: Store) -> None:
    player = unit(play(jakarta_store, next(iter(EARLY.values()))), f"kel-{PLAYER}")
    assert player.flags["unusual_handover"] == player.handovers.passed_on > 20


@pytest.mark.parametrize(("has_photos", "differs"), [(True, "better"), (False, "as_expected")])
def test_who_is_better_is_called_so_where_it_is_proven(
    jakarta_store: Store, has_photos: bool, differs: str
) -> None:
    """The same work, with a photo of each case or with none."""
    chance = random.Random(2)
    plant(
        jakarta_store,
        [
            answered(
                PLAYER,
                work.service,
                work.day,
                answer=work.answer,
                resolve=min(work.resolve, work.target * chance.uniform(0.5, 0.9)),
                media=(f"https://x.example/{work.day}.jpg",) if has_photos else (),
            )
            for work in works(chance, 150)
        ],
    )
    for district in OTHERS:
        plant(jakarta_store, [honest(work, district) for work in works(chance, 80)])
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    player = unit(found, f"kel-{PLAYER}")
    assert player.on_time_share.value == 1.0 and player.differs == differs
    assert {point.differs for point in found.funnel.points if point.code == player.code} == {
        differs
    }


def test_whatever_is_undone_within_a_fortnight_counts_as_reopened(jakarta_store: Store) -> None:
    """A closing after the first, and a rejection too; not a closing of long ago."""
    day = 24
    lives: list[list[tuple[EventKind, float, dict[str, object]]]] = [
        [(EventKind.RESOLVED, 1, {}), (EventKind.REOPENED, 1 + 14 * day, {})],  # to the second
        [(EventKind.RESOLVED, 1, {}), (EventKind.REOPENED, 1.001 + 14 * day, {})],
        [
            (EventKind.RESOLVED, 1, {}),
            (EventKind.REOPENED, 15 * day, {}),
            (EventKind.RESOLVED, 16 * day, {}),
            (EventKind.REOPENED, 17 * day, {}),
        ],
        [(EventKind.REJECTED, 1, {}), (EventKind.REOPENED, 2, {})],
        [(EventKind.REJECTED, 1, {})],
    ]
    plant(
        jakarta_store,
        [
            life(PLAYER, HARD, 1, *((kind, hours(at), more) for kind, at, more in one))
            for one in lives
        ],
    )
    found = evaluate(jakarta_store, MONTH, seen_at=SEEN_AT, method=_METHOD)
    share = unit(found, f"kel-{PLAYER}").components["reopened_share"]
    assert (share.value, share.n) == (0.6, 5)
