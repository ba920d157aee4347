"""`flask channels`: the numbers of the channels page, without a browser."""

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from data.reference import CityMissing, Reference
from data.store import current_store
from queries.channels import ChannelHealth, Lag, Overview, Traffic, channel_overview
from queries.refusals import KeyUse

_FORMATS = click.Choice(["text", "json", "csv"])
_UNKNOWN = "-"  # the code under which requests without a channel are listed
_TEXT_COLUMNS = (
    "code",
    "state",
    "last_complaint_at",
    "accepted_today",
    "accepted_7d",
    "refused_7d",
    "refused_share",
    "lag_7d_median_seconds",
    "open_now",
    "keys_in_use",
)

channels = AppGroup("channels", help="Where complaints come from, and how well.")


def init_app(app: Flask) -> None:
    app.cli.add_command(channels)


@channels.command("list")
@click.option("--format", "form", type=_FORMATS, default="text", show_default=True)
def list_channels(form: str) -> None:
    """Show every channel of the city: code, name, kind, and how many keys are in use."""
    overview = _overview()
    rows = [
        {
            "code": one.channel.code,
            "name": one.channel.name,
            "kind": one.channel.kind,
            "state": one.state.value,
            "keys_in_use": _in_use(one),
        }
        for one in overview.channels
    ]
    click.echo(_written(rows, form, tuple(rows[0]) if rows else ()))


@channels.command("health")
@click.argument("code", required=False)
@click.option("--format", "form", type=_FORMATS, default="text", show_default=True)
def health(code: str | None, form: str) -> None:
    """Show what the channels page shows; of one channel, or of all and of unknown keys ("-").

    Instants are in the city's own time; shares from 0 to 1; an empty field (null in JSON) means
    that there is nothing to tell. JSON has the days, the reasons and the keys as well.
    """
    overview, reference = _overview(), current_store().reference()
    chosen = [one for one in overview.channels if code in (None, one.channel.code)]
    if not chosen and code != _UNKNOWN:
        known = ", ".join(sorted(reference.channel_by_code))
        raise click.ClickException(f"channel {code!r} is not one of {known}")
    rows = [_row(one, reference) for one in chosen]
    unknown = _unknown_row(overview, reference) if code in (None, _UNKNOWN) else None
    if form == "json":
        full = [row | _parts(one, reference) for row, one in zip(rows, chosen, strict=True)]
        if unknown is not None:
            full.append(unknown | _traffic_parts(overview.unknown, reference))
        click.echo(json.dumps(full, ensure_ascii=False, indent=1))
        return
    rows += [unknown] if unknown is not None else []
    names = tuple(_row(overview.channels[0], reference)) if overview.channels else tuple(rows[0])
    click.echo(_written(rows, form, _TEXT_COLUMNS if form == "text" else names))


def _overview() -> Overview:
    try:
        return channel_overview(current_store())
    except CityMissing as error:
        raise click.ClickException(str(error)) from None


def _row(one: ChannelHealth, reference: Reference) -> dict[str, Any]:
    return {
        "code": one.channel.code,
        "name": one.channel.name,
        "kind": one.channel.kind,
        "state": one.state.value,
        "last_complaint_at": _when(one.last_complaint_at, reference),
        "last_event_at": _when(one.last_event_at, reference),
        "last_attempt_at": _when(one.last_attempt_at, reference),
        "silent_from": _when(one.silent_from, reference),
        "accepted_today": one.traffic.accepted_today,
        "accepted_24h": one.accepted_24h,
        "accepted_7d": one.accepted_7d,
        "accepted_ever": one.total,
        "loaded_from_archives": one.loaded,
        **_refused(one.traffic),
        **_lag("lag_24h", one.lag_24h),
        **_lag("lag_7d", one.lag_7d),
        "open_now": one.open_now,
        "open_share": _number(one.open_share),
        "keys_in_use": _in_use(one),
    }


def _unknown_row(overview: Overview, reference: Reference) -> dict[str, Any]:
    """Requests whose key is not known have no channel, and nothing but refusals."""
    last = overview.unknown.last_refused_at
    return {
        "code": _UNKNOWN,
        "last_attempt_at": _when(last, reference),
        **_refused(overview.unknown),
    }


def _refused(traffic: Traffic) -> dict[str, Any]:
    return {
        "refused_today": traffic.refused_today,
        "refused_7d": traffic.refused_7d,
        "refused_share": _number(traffic.refused_share),
        "top_reason": traffic.grounds[0].reason.value if traffic.grounds else None,
    }


def _lag(name: str, lag: Lag) -> dict[str, Any]:
    return {
        f"{name}_median_seconds": _number(lag.median_seconds),
        f"{name}_p90_seconds": _number(lag.p90_seconds),
        f"{name}_n": lag.n,
    }


def _parts(one: ChannelHealth, reference: Reference) -> dict[str, Any]:
    return _traffic_parts(one.traffic, reference) | {
        "keys": [_key(key, reference) for key in one.keys]
    }


def _traffic_parts(traffic: Traffic, reference: Reference) -> dict[str, Any]:
    return {
        "reasons": [
            {
                "reason": ground.reason.value,
                "status": ground.status,
                "count": ground.count,
                "last_at": _when(ground.last_at, reference),
            }
            for ground in traffic.grounds
        ],
        "days": [
            {"date": day.date.isoformat(), "accepted": day.accepted, "refused": day.refused}
            for day in traffic.days
        ],
    }


def _key(key: KeyUse, reference: Reference) -> dict[str, Any]:
    return {
        "name": key.name,
        "scopes": list(key.scopes),
        "per_minute": key.per_minute,
        "created_at": _when(key.created_at, reference),
        "used_at": _when(key.used_at, reference),
        "revoked_at": _when(key.revoked_at, reference),
    }


def _in_use(one: ChannelHealth) -> int:
    return sum(key.revoked_at is None for key in one.keys)


def _when(instant: datetime | None, reference: Reference) -> str | None:
    return None if instant is None else instant.astimezone(reference.city.time_zone).isoformat()


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _written(rows: Sequence[dict[str, Any]], form: str, names: Sequence[str]) -> str:
    if form == "json":
        return json.dumps(list(rows), ensure_ascii=False, indent=1)
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, names, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().rstrip("\n")
    return _aligned(rows, names)


def _aligned(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """Columns as wide as their widest entry, for a terminal."""
    lines = [list(names)]
    lines += [["" if row.get(n) is None else str(row[n]) for n in names] for row in rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(names))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
