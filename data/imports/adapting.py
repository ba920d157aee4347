"""A preset with what a city says of its own: its channel, and its words for services."""

import csv
from dataclasses import replace
from pathlib import Path

from data.imports.preset import Preset, PresetError, fold
from data.reference import Reference


def adapt(
    preset: Preset,
    reference: Reference,
    *,
    channel: str | None = None,
    services: Path | None = None,
    fallback_service: str | None = None,
    source: str | None = None,
) -> Preset:
    """Raises PresetError for a channel or service that the city does not have."""
    if source is not None:
        if not 0 < len(source) <= 64:
            raise PresetError(f"source {source[:80]!r} is not a text of at most 64 characters")
        preset = replace(preset, source=source)
    if channel is not None:
        if channel not in reference.channel_by_code:
            known = ", ".join(sorted(reference.channel_by_code))
            raise PresetError(f"channel {channel!r} is not one of {known}")
        columns = {field: names for field, names in preset.columns.items() if field != "channel"}
        preset = replace(preset, columns=columns, defaults={**preset.defaults, "channel": channel})
    if services is not None:
        words = _read_words(services)
        for word, code in words.items():
            _demand_service(reference, code, f"{services}: the code of {word!r}")
        known_words = {**preset.values.get("service", {}), **words}
        preset = replace(preset, values={**preset.values, "service": known_words})
    if fallback_service is not None:
        _demand_service(reference, fallback_service, "--fallback-service")
        fallback = {**preset.fallback, "service": fallback_service}
        preset = replace(preset, fallback=fallback)
    return preset


def _demand_service(reference: Reference, code: str, what: str) -> None:
    if code not in reference.service_by_code:
        raise PresetError(
            f"{what}, {code!r}, is not one of this city's {len(reference.services)} services"
        )


def _read_words(path: Path) -> dict[str, str]:
    """A CSV of two columns: the word of an export, and this city's service_code."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PresetError(f"{path} cannot be read: {error}") from error
    words = {}
    for number, row in enumerate(rows, start=1):
        if number == 1 and fold(row[-1]) in ("service_code", "code"):
            continue
        if len(row) != 2 or not row[0].strip() or not row[1].strip():
            raise PresetError(f"{path}, row {number}: it must hold a word and a service_code")
        words[fold(row[0])] = row[1].strip()
    return words
