"""What became of each complaint: every happening of every life, as arrays, in order of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.cases import Cases
from data.demo.character import Character
from data.demo.clocks import friday_afternoon, in_office_hours, lasting
from data.demo.handovers import Handovers, plan_handovers
from data.demo.skills import Skills, slowness_at
from data.demo.streams import stream
from data.reference import Reference
from data.vocabulary import EventKind

_HOUR, _DAY = 3600.0, 86_400.0
_REJECTED = 0.032
_NEVER_ANSWERED = 0.004
_NEVER_DONE = 0.011
_SENT_BACK = 0.055
_REOPENED = 0.022
_REOPENED_SHOW = 0.38
_RATED = 0.34
_COMMENTED = 0.03
_SHOW = 0.8  # of a showy unit's cases, closed at once
_BRINK_HOURS = 40.0

# The columns of a life, in the order in which instants that tie are told.
KINDS = (
    EventKind.ASSIGNED,
    EventKind.ACKNOWLEDGED,  # by the first unit, before it hands over
    EventKind.TRANSFERRED,
    EventKind.TRANSFERRED,
    EventKind.ACKNOWLEDGED,
    EventKind.COMMENTED,
    EventKind.STARTED,
    EventKind.SUBMITTED,
    EventKind.SENT_BACK,
    EventKind.SUBMITTED,
    EventKind.REJECTED,
    EventKind.RESOLVED,
    EventKind.RATED,
    EventKind.REOPENED,
    EventKind.STARTED,
    EventKind.SUBMITTED,
    EventKind.RESOLVED,
    EventKind.RATED,
)
(
    ASSIGNED, FIRST_ACK, TRANSFER, TRANSFER_ON, ACK, COMMENT, START, SUBMIT, SENT_BACK, SUBMIT_MORE,
    REJECT, RESOLVE, RATE, REOPEN, START_AGAIN, SUBMIT_AGAIN, RESOLVE_AGAIN, RATE_AGAIN,
) = range(len(KINDS))  # fmt: skip


@dataclass(frozen=True)
class Lives:
    """One row per complaint, one column per entry of `KINDS`."""

    times: NDArray[np.int64]  # epoch seconds; NEVER where it does not happen by the end
    handovers: Handovers
    stars: NDArray[np.int64]
    stars_again: NDArray[np.int64]
    show: NDArray[np.bool_]


NEVER = np.iinfo(np.int64).max


def make_lives(
    cases: Cases,
    reference: Reference,
    character: Character,
    skills: Skills,
    end: int,
    seed: int,
) -> Lives:
    rng = stream(seed, "lives")
    n = len(cases.at)
    received = cases.at.astype(float)
    times = np.full((n, len(KINDS)), np.nan)
    response, work = _medians(cases, reference, character)
    handovers = plan_handovers(cases, reference, skills, response, work, rng)
    times[:, TRANSFER], times[:, TRANSFER_ON] = handovers.at, handovers.on_at
    last = handovers.last_unit
    slow = slowness_at(skills, last, received)
    show = skills.show[last] & (rng.random(n) < _SHOW) & np.isnan(handovers.at)

    dispatched = rng.random(n) < np.where(handovers.needs_assignment, 1.0, 0.25)
    times[dispatched, ASSIGNED] = (received + rng.exponential(900, n) + 20)[dispatched]
    begin = np.fmax(np.fmax(received, times[:, ASSIGNED]), np.fmax(handovers.at, handovers.on_at))
    first_answers = ~np.isnan(handovers.at) & handovers.answered_first
    times[:, FIRST_ACK] = np.where(
        first_answers, received + (handovers.at - received) * rng.uniform(0.3, 0.9, n), np.nan
    )

    urgent = response < _HOUR
    opening = in_office_hours(begin, cases.offset, rng, share=0.62, sunday_share=0.35)
    waiting = np.where(urgent, begin, opening) + lasting(rng, response * slow, 0.85)
    acknowledged = np.where(
        urgent, waiting, in_office_hours(waiting, cases.offset, rng, share=0.6, sunday_share=0.3)
    )
    acknowledged = np.where(show, begin + rng.uniform(40, 240, n), acknowledged)
    never_answered = (rng.random(n) < _NEVER_ANSWERED * slow) & ~show
    acknowledged[never_answered] = np.nan
    times[:, ACK] = acknowledged

    done = acknowledged + lasting(rng, work * slow**0.8, 1.0)
    done = np.where(work < 9 * _HOUR, done, in_office_hours(done, cases.offset, rng, share=0.8))
    done = _habits(done, acknowledged, cases, reference, skills, last, rng)
    done = np.where(show, acknowledged + rng.uniform(30, 200, n), done)
    done[(rng.random(n) < _NEVER_DONE * slow) & ~show] = np.nan
    rejected = (rng.random(n) < _REJECTED) & ~show
    starts = ~rejected & ~show & (rng.random(n) < 0.8)
    begun = acknowledged + (done - acknowledged) * rng.beta(1.2, 3.5, n)
    stuck = np.isnan(begun) & (rng.random(n) < 0.5)  # begun, and never brought to an end
    begun[stuck] = (acknowledged + lasting(rng, work, 0.8))[stuck]
    times[starts, START] = begun[starts]
    times[rejected, REJECT] = (acknowledged + rng.exponential(response))[rejected]

    _close(times, done, ~rejected, show, cases, skills, last, rng)
    stars, stars_again = _aftermath(times, received, work, show, slow, cases, rng)
    times[rejected, SUBMIT:REJECT] = np.nan
    commented = rng.random(n) < _COMMENTED
    until = np.fmin(times[:, RESOLVE], received + 30 * _DAY)
    times[commented, COMMENT] = (received + (until - received) * rng.random(n))[commented]
    return Lives(_settle(times, cases.at, end), handovers, stars, stars_again, show)


def _medians(
    cases: Cases, reference: Reference, character: Character
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds that an ordinary unit waits and works, by the case's service."""
    response, work = np.zeros(max(reference.services) + 1), np.zeros(max(reference.services) + 1)
    for service_id, service in character.services.items():
        response[service_id] = service.response_hours * _HOUR
        work[service_id] = service.resolution_hours * _HOUR
    return response[cases.service_id], work[cases.service_id]


def _habits(
    done: NDArray[np.float64],
    acknowledged: NDArray[np.float64],
    cases: Cases,
    reference: Reference,
    skills: Skills,
    unit: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Friday closers wait for Friday; those on the brink close just before the deadline."""
    friday = skills.bulk[unit] & (rng.random(len(done)) < 0.6)
    done = np.where(friday, friday_afternoon(done, cases.offset), done)
    target = np.full(max(reference.services) + 1, np.nan)
    for service_id, service in reference.services.items():
        if service.resolution_hours is not None:
            target[service_id] = service.resolution_hours * _HOUR
    due = cases.at + target[cases.service_id]
    near = skills.brink[unit] & (done > due - 6 * _HOUR) & (done < due + _BRINK_HOURS * _HOUR)
    just_before = due - rng.uniform(120, 1500, len(done))
    return np.where(near & (just_before > acknowledged), just_before, done)


def _close(
    times: NDArray[np.float64],
    done: NDArray[np.float64],
    closes: NDArray[np.bool_],
    show: NDArray[np.bool_],
    cases: Cases,
    skills: Skills,
    unit: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """Submission, verification, sometimes a way back, and the resolution."""
    n = len(done)
    verified = closes & ~show & ~skills.bulk[unit] & ~skills.brink[unit] & (rng.random(n) < 0.8)
    checking = lasting(rng, np.full(n, 5 * _HOUR), 0.9)
    submitted = np.maximum(done - checking, times[:, ACK] + (done - times[:, ACK]) * 0.6)
    times[verified, SUBMIT] = submitted[verified]
    back = verified & (rng.random(n) < _SENT_BACK / 0.8)
    times[back, SENT_BACK] = done[back]
    redone = in_office_hours(
        done + lasting(rng, np.full(n, 9 * _HOUR), 0.9), cases.offset, rng, share=0.8
    )
    times[back, SUBMIT_MORE] = redone[back]
    times[:, RESOLVE] = np.where(back, redone + checking, np.where(closes, done, np.nan))


def _aftermath(
    times: NDArray[np.float64],
    received: NDArray[np.float64],
    work: NDArray[np.float64],
    show: NDArray[np.bool_],
    slow: NDArray[np.float64],
    cases: Cases,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ratings and reopenings. Stars fall with the time it took beside what is usual."""
    n = len(received)
    resolved = times[:, RESOLVE]
    taken = np.where(np.isnan(resolved), work, resolved - received)
    mood = 4.15 - 0.45 * np.log(np.maximum(taken / work, 0.05)) - 0.25 * np.log(slow)
    stars = np.clip(np.round(mood + rng.normal(0, 1.15, n)), 1, 5).astype(np.int64)
    stars = np.where(show, np.where(rng.random(n) < 0.86, 1, 2), stars)
    # The unhappy and the delighted answer more readily than those in between.
    keen = np.asarray([0.0, 1.35, 1.1, 0.8, 0.85, 1.1])[stars]
    rated = rng.random(n) < _RATED * keen
    times[rated, RATE] = (resolved + lasting(rng, np.full(n, 4 * _HOUR), 1.3))[rated]
    again = rng.random(n) < np.where(show, _REOPENED_SHOW, _REOPENED * np.where(stars < 3, 3, 0.8))
    seen = np.fmax(resolved, np.where(np.isnan(times[:, RATE]), resolved, times[:, RATE]))
    reopened = seen + lasting(rng, np.full(n, 6 * _HOUR), 1.2)
    times[again, REOPEN] = reopened[again]
    restarted = in_office_hours(
        reopened + lasting(rng, np.full(n, 6 * _HOUR), 1.0), cases.offset, rng, share=0.7
    )
    redone = in_office_hours(
        restarted + lasting(rng, work * 0.8, 0.9), cases.offset, rng, share=0.8
    )
    times[again, START_AGAIN] = restarted[again]
    times[again, SUBMIT_AGAIN] = (redone - (redone - restarted) * 0.1)[again]
    times[again, RESOLVE_AGAIN] = redone[again]
    rated_again = again & (rng.random(n) < 0.3)
    later = redone + lasting(rng, np.full(n, 6 * _HOUR), 1.2)
    times[rated_again, RATE_AGAIN] = later[rated_again]
    stars_again = np.clip(np.round(rng.normal(3.2, 1.2, n)), 1, 5).astype(np.int64)
    return stars, stars_again


def _settle(times: NDArray[np.float64], received: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """Whole seconds, each happening at least a second after the one before; nothing after the end.

    Only a comment may stand anywhere; the others follow each other in the order of `KINDS`, and
    nothing follows what never came.
    """
    settled = np.full(times.shape, NEVER, dtype=np.int64)
    latest = received.astype(float)
    for column in range(times.shape[1]):
        if column == COMMENT:
            continue
        there = ~np.isnan(times[:, column])
        at = np.maximum(np.floor(times[:, column]), latest + 1)
        settled[there, column] = at[there].astype(np.int64)
        latest = np.where(there, at, latest)
    comment = ~np.isnan(times[:, COMMENT])
    settled[comment, COMMENT] = np.floor(times[comment, COMMENT]).astype(np.int64)
    settled[comment, COMMENT] = np.maximum(settled[comment, COMMENT], received[comment] + 1)
    settled[settled > end] = NEVER
    return settled
