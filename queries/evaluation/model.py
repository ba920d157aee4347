"""What an evaluation says, as values, and as JSON of the same bytes wherever it is computed.

Durations are seconds, shares 0 to 1, ratios observed ÷ expected, satisfaction stars. Bounds are
95%. Instants are UTC in ISO 8601. Every tuple is in a stated order, every dict has text keys.
"""

from dataclasses import dataclass, field

from queries.evaluation.canonical import read_json, write_json
from queries.measured import Measured

COMPONENTS = (
    "median_response",
    "on_time_ratio",
    "resolution_share",
    "satisfaction",
    "answer_share",
    "reopened_share",
    "sent_back_share",
    "backlog_change",
    "handover_share",
    "rejected_share",
    "proven_share",
    "doubted_share",
)
FLAG_KINDS = (
    "low_rating_closed",
    "closed_in_minutes_without_photo",
    "unusually_quick_closing",
    "bulk_closing",
    "reopened_repeatedly",
    "closed_just_before_deadline",
    "same_photo_twice",
    "unusual_handover",
    "unusual_rejection",
)
SUBJECT_KINDS = ("district_office", "agency", "officer")
STATES = ("ok", "too_few", "not_reached", "nothing_expected", "none")
DIFFERENCES = ("better", "worse", "as_expected")  # of a point of the funnel
JUDGEMENTS = (*DIFFERENCES, "no_other")


@dataclass(frozen=True)
class Handovers:
    """Cases a unit got from another, passed on, and got when most of the allowance was gone."""

    received: int = 0
    passed_on: int = 0
    late_on_arrival: int = 0


@dataclass(frozen=True)
class Subject:
    """A unit or an officer. Points are 0 to 100; 50 is what the city would reach with its mix."""

    code: str
    name: str
    kind: str  # SUBJECT_KINDS
    parent: str | None  # the unit of an officer
    n: int  # cases: times it was accountable for a complaint of the month
    own_cases: int  # of these, not handed over: its own to bring to an end
    components: dict[str, Measured]  # by COMPONENTS
    on_time_share: Measured  # as it is, whatever the mix
    ratios: dict[str, Measured]  # observed ÷ expected for its mix, by component; not shrunk
    comparable_share: float  # of its services' cases, other units' share: 0 has none to compare
    parts: dict[str, float]  # points of each component that the method weighs
    score: float | None  # the weighted mean of the parts, 0 to 100; None without cases
    rank: tuple[int, int] | None  # 95% of the bootstrap; 1 is best; None if not ranked
    is_ranked: bool  # by the method's `min_ranked` of `own_cases` and `min_comparable`
    differs: str | None  # JUDGEMENTS; None with too few cases, or without a deadline passed
    flags: dict[str, int]  # by FLAG_KINDS
    handovers: Handovers


@dataclass(frozen=True)
class Flag:
    """Cases that deserve a look. Ground for a question, not a proof of fault."""

    kind: str  # FLAG_KINDS
    unit: str  # its code
    cases: tuple[str, ...]  # service_request_ids in order, all of them
    n: int


@dataclass(frozen=True)
class FunnelPoint:
    """A ranked unit among the others. Limits are of the ratio, overdispersion within."""

    code: str
    expected: float
    observed: int
    ratio: float
    low95: float
    high95: float
    low998: float
    high998: float
    z: float  # the normal quantile of how far from the city, overdispersion within
    differs: str  # DIFFERENCES, at 99.8%


@dataclass(frozen=True)
class Funnel:
    """On-time cases against those expected for the mix, of every ranked unit, by code."""

    measure: str  # 'on_time_ratio'
    phi: float  # overdispersion factor of the variance, at least 1
    is_overdispersed: bool
    points: tuple[FunnelPoint, ...]


@dataclass(frozen=True)
class FairnessRow:
    """The rank of one unit by each rule; None where that rule does not rank it."""

    code: str
    score_rank: int | None  # by the method's score
    standardised_rank: int | None  # by on_time_ratio
    raw_rank: int | None  # by the on-time share as it is
    former_points_rank: int | None  # by the former point rule
    former_points: float | None
    other_cutoff_rank: dict[str, int | None]  # by score, for each other cut-off: {'10': 4, …}


@dataclass(frozen=True)
class Fairness:
    """What another rule would have said."""

    rows: tuple[FairnessRow, ...]  # by code
    moved: dict[str, int]  # ranked units that another rule would place elsewhere, by rule
    moved_by: float  # by more than this share of the list


@dataclass(frozen=True)
class Maturity:
    """How much of the month's complaints was settled when it was looked at."""

    received: int
    open: int
    due: int  # deadline passed
    not_yet_due: int
    without_deadline: int
    share_open: float | None


@dataclass(frozen=True)
class Evaluation:
    """A month of a city seen at an instant, judged by one version of the method."""

    city: str
    month: str  # '2026-10', or several in a row: '2026-07..2026-12'
    seen_at: str  # '2026-11-10T17:00:00Z'
    through_seq: int  # events after this one of the log were not known
    method: str  # '1.0'
    units: tuple[Subject, ...]  # all with cases, by code
    officers: tuple[Subject, ...]  # by parent and code
    city_figures: dict[str, Measured]  # by COMPONENTS, and 'on_time_share'
    flags: tuple[Flag, ...]  # by kind and unit
    funnel: Funnel
    fairness: Fairness
    maturity: Maturity
    counts: dict[str, int] = field(default_factory=dict)  # complaints, cases, units, ranked, …

    def to_json(self) -> str:
        """Canonical: keys sorted, fixed decimals, null for what is unknown, one line."""
        return write_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Of what `to_json` wrote; from_json(text).to_json() == text. Raises ValueError."""
        return read_json(cls, text)
