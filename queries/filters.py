"""The one filter: a URL query string, a SQL condition (see `views`) and a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from dataclasses import replace as replace_fields
from datetime import date, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from data.reference import Reference
from data.vocabulary import Status
from queries.layers.conditions import Area, ConditionError, LayerCondition
from queries.periods import PERIODS, period_dates, same_dates_a_year_before

# The name of each field in a URL, in the order in which it is written there.
_URL_KEYS = {
    "period": "period",
    "start": "start",
    "end": "end",
    "services": "service",
    "groups": "group",
    "statuses": "status",
    "channels": "channel",
    "units": "unit",
    "districts": "district",
    "near": "near",
    "far": "far",
    "inside": "inside",
    "outside": "outside",
    "areas": "area",
    "overdue": "overdue",
    "text": "q",
    "as_of": "as_of",
    "through_seq": "through",
}
_MAX_TEXT = 200
_MOST_EVENTS = 2**63  # beyond, the database has no number
_YEARS = range(1900, 3000)  # beyond, a period before this one has no date
_FIRST_DATE = date(_YEARS[0], 1, 1)


class FilterError(ValueError):
    """A filter that means nothing; the message names the key, the value and the remedy."""


@dataclass(frozen=True, kw_only=True)
class ComplaintFilter:
    """Which complaints, seen from which instant. Codes are the city's; dates are local."""

    period: str | None = None  # rolling, one of PERIODS; else start and end
    start: date | None = None
    end: date | None = None  # exclusive
    services: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()  # of any level
    near: tuple[LayerCondition, ...] = ()  # of layers: all must hold
    far: tuple[LayerCondition, ...] = ()
    inside: tuple[LayerCondition, ...] = ()
    outside: tuple[LayerCondition, ...] = ()
    areas: tuple[Area, ...] = ()  # drawn on the map: any
    overdue: bool = False
    text: str | None = None
    as_of: datetime | None = None  # aware; None: now
    through_seq: int | None = None  # with as_of: the newest event known then; None: all are

    def __post_init__(self) -> None:
        if self.period is not None and self.period not in PERIODS:
            raise FilterError(f"period {self.period!r} is not one of {', '.join(PERIODS)}")
        for key in ("start", "end", "as_of"):
            moment = getattr(self, key)
            if moment is not None and moment.year not in _YEARS:
                raise FilterError(
                    f"{key} {moment.isoformat()!r} is not within the years "
                    f"{_YEARS[0]} to {_YEARS[-1]}"
                )
        if self.start and self.end and self.start >= self.end:
            raise FilterError(f"start {self.start} is not before end {self.end}")
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise FilterError(f"as_of {self.as_of.isoformat()} lacks its offset, such as +07:00")
        if self.through_seq is not None:
            if self.as_of is None:
                raise FilterError(f"through {self.through_seq} lacks its as_of; give both")
            if not 0 <= self.through_seq < _MOST_EVENTS:
                raise FilterError(f"through {self.through_seq} is not the number of an event")
        codes = [status.code for status in Status]
        for status in self.statuses:
            if status not in codes:
                raise FilterError(f"status {status!r} is not one of {', '.join(codes)}")

    def replace(self, **changes: Any) -> Self:
        return replace_fields(self, **changes)

    def dates(self, today: date) -> tuple[date | None, date | None]:
        """First local date, and the one after the last; None where it is open."""
        if self.period is not None:
            return period_dates(self.period, today)
        return self.start, self.end

    def before(self, today: date) -> Self | None:
        """The same over the equally long period just before; None for an unbounded one."""
        start, end = self._bounded(today)
        if start is None or end is None or end - start > start - _FIRST_DATE:
            return None
        return self.replace(period=None, start=start - (end - start), end=start)

    def year_before(self, today: date) -> Self | None:
        """The same over the same dates a year earlier; None for an unbounded period."""
        start, end = self._bounded(today)
        if start is None or end is None or start.year == _FIRST_DATE.year:
            return None
        start, end = same_dates_a_year_before(start, end)
        return self.replace(period=None, start=start, end=end)

    def _bounded(self, today: date) -> tuple[date | None, date | None]:
        """Both None where nothing can lie between them: from a later day on, until now."""
        start, end = self.dates(today)
        end = end or today + timedelta(days=1)
        return (None, None) if start and start >= end else (start, end)

    def to_query(self) -> str:
        """A URL query string in stable order, without what is at its default."""
        pairs: list[tuple[str, str]] = []
        for name, key in _URL_KEYS.items():
            value = getattr(self, name)
            if isinstance(value, tuple):
                pairs += [(key, str(one)) for one in value]
            elif isinstance(value, bool):
                pairs += [(key, "1")] if value else []
            elif isinstance(value, int):
                pairs.append((key, str(value)))
            elif isinstance(value, date):  # a datetime is one, too
                pairs.append((key, value.isoformat()))
            elif value:
                pairs.append((key, value))
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: str | Mapping[str, Any]) -> Self:
        """Read what `to_query` writes; other keys are left alone. Raises FilterError."""
        if isinstance(query, str):
            pairs = parse_qsl(query.lstrip("?"))
        elif hasattr(query, "items") and hasattr(query, "getlist"):
            pairs = list(query.items(multi=True))  # type: ignore[call-arg]
        else:
            pairs = [
                (key, value)
                for key, values in query.items()
                for value in ([values] if isinstance(values, str) else values)
            ]
        values: dict[str, list[str]] = {}
        for key, value in pairs:
            if value != "":
                values.setdefault(key, []).append(value)
        found: dict[str, Any] = {}
        kinds = {f.name: f.type for f in fields(cls)}
        for name, key in _URL_KEYS.items():
            if key in values:
                found[name] = _parse(key, values[key], str(kinds[name]))
        return cls(**found)

    def check(self, reference: Reference) -> None:
        """Raises FilterError for a code this city does not have."""
        known: dict[str, tuple[str, Iterable[str]]] = {
            "services": ("service", reference.service_by_code),
            "groups": ("group", reference.groups),
            "channels": ("channel", reference.channel_by_code),
            "units": ("unit", reference.unit_by_code),
            "districts": ("district", reference.district_by_code),
        }
        for name, (key, codes) in known.items():
            for code in getattr(self, name):
                if code not in codes:
                    raise FilterError(f"{key} {code!r} is not known in {reference.city.name}")

    @property
    def layer_conditions(self) -> tuple[LayerCondition, ...]:
        return (*self.near, *self.far, *self.inside, *self.outside)

    @property
    def asks_for_places(self) -> bool:
        return bool(self.layer_conditions or self.areas)

    def describe(
        self,
        reference: Reference,
        language: str,
        today: date,
        layers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> str:
        """One sentence a person reads, such as 'Floods in Jakarta Utara, 1–30 October 2026'.

        `layers` are the names of layers by code; see `queries.layers.features.layer_names`.
        """
        from queries.sentences import describe

        return describe(self, reference, language, today, layers or {})


def _parse(key: str, values: list[str], kind: str) -> Any:
    value = values[-1]
    try:
        if "LayerCondition" in kind:
            return tuple(LayerCondition.from_text(key, text) for text in dict.fromkeys(values))
        if "Area" in kind:
            return tuple(Area.from_text(text) for text in dict.fromkeys(values))
        if "int" in kind:
            return int(value)
        if "tuple" in kind:
            return tuple(dict.fromkeys(values))
        if key == "as_of":  # its type, and a date's, are written with "datetime"
            return datetime.fromisoformat(value)
        if "date" in kind:
            return date.fromisoformat(value)
    except ConditionError as error:
        raise FilterError(str(error)) from None
    except ValueError:
        if "int" in kind:
            raise FilterError(f"{key} {value[:40]!r} is not a whole number") from None
        example = "2026-10-31T00:00:00+07:00" if key == "as_of" else "2026-10-31"
        raise FilterError(f"{key} {value!r} is not a date such as {example}") from None
    if "bool" in kind:
        if value not in ("0", "1"):
            raise FilterError(f"{key} {value!r} is neither 0 nor 1")
        return value == "1"
    return value[:_MAX_TEXT].replace("\0", "")
