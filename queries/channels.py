"""The health of every channel: when it was last heard, what it sends, what it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.instants import day_of, from_epoch, now, to_epoch
from data.reference import Channel
from data.refusals import NO_CHANNEL
from data.store import Store
from data.vocabulary import Status
from queries.arrivals import older_arrivals, recent_arrivals
from queries.cache import Cache
from queries.columns import Facts, current_facts
from queries.refusals import Grounds, KeyUse, Refused, grounds_of, key_uses, recent_refusals
from queries.rhythm import Rhythm, learn_rhythm, local_days

SERIES_DAYS = 30
WEEK_DAYS = 7
FAILING_COUNT = 10  # refused, today and yesterday, before a channel counts as failing
_NAN = float("nan")

Array = NDArray[Any]


class State(StrEnum):
    """How a channel is. The worst first."""

    FAILING = "failing"  # more is refused than accepted, today and yesterday
    SILENT = "silent"  # see queries/rhythm.py
    OK = "ok"
    UNUSED = "unused"  # never sent anything itself


@dataclass(frozen=True)
class Lag:
    """From the citizen's report until it was stored: seconds, NaN where n is 0."""

    median_seconds: float
    p90_seconds: float
    n: int


@dataclass(frozen=True)
class Day:
    """What came on one local date."""

    date: date
    accepted: int
    refused: int


@dataclass(frozen=True)
class Traffic:
    """What was accepted and refused lately. `7d` of refusals are today and six days before."""

    days: tuple[Day, ...]  # SERIES_DAYS, oldest first; the last is today, and not over
    refused_share: float  # of those of the 7 days; NaN where nothing came
    grounds: tuple[Grounds, ...]  # of the 7 days, commonest first
    last_refused_at: datetime | None  # within SERIES_DAYS

    @property
    def accepted_today(self) -> int:
        return self.days[-1].accepted

    @property
    def refused_today(self) -> int:
        return self.days[-1].refused

    @property
    def refused_7d(self) -> int:
        return sum(day.refused for day in self.days[-WEEK_DAYS:])


@dataclass(frozen=True)
class ChannelHealth:
    """One channel as of `Overview.seen_at`. Instants are aware, UTC."""

    channel: Channel
    state: State
    total: int  # complaints ever
    loaded: int  # lately, from an archive: see queries/arrivals.py
    last_complaint_at: datetime | None  # stored
    last_event_at: datetime | None  # of any of its complaints, whoever acted
    last_attempt_at: datetime | None  # even if it was refused
    accepted_24h: int
    accepted_7d: int
    traffic: Traffic
    lag_24h: Lag
    lag_7d: Lag
    open_now: int
    keys: tuple[KeyUse, ...]
    rhythm: Rhythm | None  # None: too few arrivals to tell
    silent_from: datetime | None  # when it will be, or was, too long without a complaint

    @property
    def open_share(self) -> float:
        """Of all its complaints, those open now; NaN without any."""
        return self.open_now / self.total if self.total else _NAN


@dataclass(frozen=True)
class Overview:
    """All channels in the order of the city pack, and requests of which no channel is known."""

    seq: int
    seen_at: datetime
    channels: tuple[ChannelHealth, ...]
    unknown: Traffic

    def of(self, code: str) -> ChannelHealth | None:
        return next((one for one in self.channels if one.channel.code == code), None)

    @property
    def ailing(self) -> tuple[ChannelHealth, ...]:
        """The channels that somebody should look at."""
        bad = (State.FAILING, State.SILENT)
        return tuple(one for one in self.channels if one.state in bad)

    @property
    def stamp(self) -> str:
        """Another one when something came or changed, and every hour: windows move on."""
        refused = [one.traffic for one in self.channels] + [self.unknown]
        counts = (sum(day.refused for day in traffic.days) for traffic in refused)
        states = ",".join(one.state for one in self.channels)
        keys = [key for one in self.channels for key in one.keys]
        revoked = sum(key.revoked_at is not None for key in keys)
        hour = f"{self.seen_at:%Y-%m-%dT%H}"
        return f"{self.seq} {sum(counts)} {states} {len(keys)} {revoked} {hour}"


def channel_overview(store: Store) -> Overview:
    """What is true now; computed at most once a minute and whenever something came."""
    facts, instant = current_facts(store), now()
    today = instant.astimezone(store.reference().city.time_zone).date()
    refused = recent_refusals(store, today - timedelta(days=SERIES_DAYS - 1))
    cache: Cache = store.kept("channel-overviews", lambda: Cache(2))
    minute = to_epoch(instant) // 60
    total = sum(one.count for one in refused)
    keys = tuple(key_uses(store))
    key = (facts.version, facts.seq, minute, total, keys)
    return cache.get(key, lambda: _overview(store, facts, refused, keys, instant, today))


def _overview(
    store: Store,
    facts: Facts,
    refused: Sequence[Refused],
    keys: Sequence[KeyUse],
    instant: datetime,
    today: date,
) -> Overview:
    reference, arrivals = store.reference(), recent_arrivals(store)
    totals, open_now, updated = _sums(facts)
    channels = []
    for channel in reference.channels.values():
        mine = [one for one in refused if one.channel_id == channel.id]
        recorded, requested = arrivals.of(channel.id)
        traffic = _traffic(store, recorded, mine, today)
        rhythm, last = _rhythm(store, channel.id, recorded)
        silent_from = rhythm.silent_from() if rhythm else None
        own_keys = tuple(key for key in keys if key.channel_code == channel.code)
        total = totals.get(channel.id, 0)
        channels.append(
            ChannelHealth(
                channel=channel,
                state=_state(last, traffic, silent_from, instant),
                total=total,
                loaded=arrivals.loaded(channel.id),
                last_complaint_at=last,
                last_event_at=from_epoch(updated[channel.id]) if total else None,
                last_attempt_at=_latest(last, traffic, own_keys),
                accepted_24h=_count_since(recorded, instant - timedelta(days=1)),
                accepted_7d=_count_since(recorded, instant - timedelta(days=WEEK_DAYS)),
                traffic=traffic,
                lag_24h=_lag(recorded, requested, instant - timedelta(days=1)),
                lag_7d=_lag(recorded, requested, instant - timedelta(days=WEEK_DAYS)),
                open_now=open_now.get(channel.id, 0),
                keys=own_keys,
                rhythm=rhythm,
                silent_from=silent_from,
            )
        )
    nobody = [one for one in refused if one.channel_id == NO_CHANNEL]
    unknown = _traffic(store, np.empty(0, np.int64), nobody, today)
    return Overview(arrivals.seq, instant, tuple(channels), unknown)


def _sums(facts: Facts) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """Complaints, those open, and the instant of the newest event, by channel."""
    channel = facts.columns["channel_id"]
    totals = np.bincount(channel)
    opened = np.bincount(
        channel[facts.columns["status"] < int(Status.RESOLVED)], minlength=len(totals)
    )
    newest = np.zeros(len(totals), np.int64)
    np.maximum.at(newest, channel, facts.columns["updated_at"])
    ids = np.flatnonzero(totals).tolist()
    return tuple({one: int(sums[one]) for one in ids} for sums in (totals, opened, newest))  # type: ignore[return-value]


def _rhythm(
    store: Store, channel_id: int, recorded: Array
) -> tuple[Rhythm | None, datetime | None]:
    """What a channel's arrivals teach, and the last of them."""
    if not len(recorded):
        recorded = older_arrivals(store, channel_id)
    if not len(recorded):
        return None, None
    kept: Cache = store.kept("channel-rhythms", lambda: Cache(512))
    last, zone = int(recorded.max()), store.reference().city.time_zone
    key = (channel_id, last, len(recorded))
    return kept.get(key, lambda: learn_rhythm(recorded, zone)), from_epoch(last)


def _state(
    last: datetime | None, traffic: Traffic, silent_from: datetime | None, instant: datetime
) -> State:
    lately = traffic.days[-2:]
    refused = sum(day.refused for day in lately)
    if refused >= FAILING_COUNT and refused > sum(day.accepted for day in lately):
        return State.FAILING
    if silent_from is not None and silent_from <= instant:
        return State.SILENT
    return State.UNUSED if last is None else State.OK


def _traffic(store: Store, recorded: Array, refused: Sequence[Refused], today: date) -> Traffic:
    first = day_of(today) - SERIES_DAYS + 1
    offsets = local_days(recorded, store.reference().city.time_zone) - first
    inside = offsets[(offsets >= 0) & (offsets < SERIES_DAYS)]
    accepted = np.bincount(inside, minlength=SERIES_DAYS).tolist()
    turned_away = [0] * SERIES_DAYS
    for one in refused:
        if 0 <= (offset := day_of(one.day) - first) < SERIES_DAYS:
            turned_away[offset] += one.count
    days = tuple(
        Day(today - timedelta(days=SERIES_DAYS - 1 - place), *counts)
        for place, counts in enumerate(zip(accepted, turned_away, strict=True))
    )
    week = days[-WEEK_DAYS:]
    bad, all_of_them = sum(d.refused for d in week), sum(d.refused + d.accepted for d in week)
    return Traffic(
        days=days,
        refused_share=bad / all_of_them if all_of_them else _NAN,
        grounds=grounds_of(one for one in refused if one.day >= week[0].date),
        last_refused_at=max((one.last_at for one in refused), default=None),
    )


def _latest(last: datetime | None, traffic: Traffic, keys: Sequence[KeyUse]) -> datetime | None:
    known = [last, traffic.last_refused_at, *(key.used_at for key in keys)]
    return max((instant for instant in known if instant is not None), default=None)


def _count_since(recorded: Array, since: datetime) -> int:
    return int((recorded >= to_epoch(since)).sum())


def _lag(recorded: Array, requested: Array, since: datetime) -> Lag:
    lately = recorded >= to_epoch(since)
    seconds = np.maximum(recorded[lately] - requested[lately], 0)
    if not len(seconds):
        return Lag(_NAN, _NAN, 0)
    return Lag(float(np.median(seconds)), float(np.quantile(seconds, 0.9)), len(seconds))
