"""What kind of city the demo should be: a pack's demo.toml over this folder's default.toml."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.reference import Reference

_DEFAULT = Path(__file__).parent / "default.toml"
_RESPONSE_SHARE_OF_TARGET = 0.25
_RESOLUTION_SHARE_OF_TARGET = 0.3


@dataclass(frozen=True)
class ServiceCharacter:
    """How one service behaves. Hours are medians of a unit of ordinary skill."""

    share: float
    response_hours: float
    resolution_hours: float
    rhythm: str
    weather: str  # 'flood', 'wind', 'rain' or ''
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Rhythm:
    """Relative volume by local hour (24) and weekday (7, Monday first)."""

    hours: tuple[float, ...]
    weekdays: tuple[float, ...]


@dataclass(frozen=True)
class Character:
    """Everything believable about a city; services and channels by id."""

    services: dict[int, ServiceCharacter]
    channels: dict[int, float]
    district_factors: dict[str, float]  # by code, beside population
    rhythms: dict[str, Rhythm]
    weather: dict[str, Any]
    people: dict[str, Any]
    words: dict[str, Any]


class CharacterError(ValueError):
    """demo.toml names something this city does not have."""


def read_character(folder: Path | None, reference: Reference) -> Character:
    """The character of the city of `reference`; `folder` is its pack, None for defaults alone.

    Raises CharacterError naming the wrong key.
    """
    raw = tomllib.loads(_DEFAULT.read_text(encoding="utf-8"))
    own_path = folder / "demo.toml" if folder is not None else None
    own = tomllib.loads(own_path.read_text("utf-8")) if own_path and own_path.is_file() else {}
    for key in ("rhythms", "weather", "people", "words"):
        raw[key] = {**raw[key], **own.get(key, {})}
    raw |= {key: own.get(key, {}) for key in ("services", "channels", "districts")}
    _check(raw, reference)
    return Character(
        services=_services(raw, reference),
        channels=_channels(raw, reference),
        district_factors=raw["districts"],
        rhythms={
            name: Rhythm(tuple(rhythm["hours"]), tuple(rhythm["weekdays"]))
            for name, rhythm in raw["rhythms"].items()
        },
        weather=raw["weather"],
        people=raw["people"],
        words=raw["words"],
    )


def _check(raw: dict[str, Any], reference: Reference) -> None:
    known: dict[str, Collection[str]] = {
        "services": reference.service_by_code,
        "channels": reference.channel_by_code,
        "districts": reference.district_by_code,
    }
    for key, codes in known.items():
        strange = sorted(set(raw[key]) - set(codes))
        if strange:
            raise CharacterError(
                f"demo.toml [{key}] names {', '.join(strange)}, which this city does not have"
            )


def _services(raw: dict[str, Any], reference: Reference) -> dict[int, ServiceCharacter]:
    """A service that demo.toml leaves out gets a share by its place in the list."""
    services = {}
    for place, (service_id, service) in enumerate(reference.services.items()):
        own = raw["services"].get(service.service_code, {})
        services[service_id] = ServiceCharacter(
            share=own.get("share", 0.4 if raw["services"] else 12.0 / (place + 2)),
            response_hours=own.get(
                "response_hours", (service.response_hours or 24) * _RESPONSE_SHARE_OF_TARGET
            ),
            resolution_hours=own.get(
                "resolution_hours", (service.resolution_hours or 168) * _RESOLUTION_SHARE_OF_TARGET
            ),
            rhythm=own.get("rhythm", "day"),
            weather=own.get("weather", ""),
            texts=tuple(own.get("texts", raw["words"]["texts"])),
        )
    return services


def _channels(raw: dict[str, Any], reference: Reference) -> dict[int, float]:
    """Without shares of its own, a city has one dominant channel, its first app if any."""
    channels = list(reference.channels.values())
    if raw["channels"]:
        return {c.id: float(raw["channels"].get(c.code, 0.05)) for c in channels}
    ordered = sorted(channels, key=lambda c: (c.kind != "app", c.id))
    return {c.id: 77.0 if i == 0 else 23.0 / 2**i for i, c in enumerate(ordered)}
