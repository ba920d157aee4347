"""What measures of layers are called, and how their values are written."""

from collections.abc import Mapping

from components.measures import SHARES, format_value, measure_word
from data.i18n import format_metres, format_number, format_percent
from data.i18n import gettext as _
from queries.districts import MEASURES
from queries.layers.exposure import EXPOSURES, Exposure

NEAR_METRES = 200.0  # of the ready-made choices; an address may say another distance
_SHARES = ("share_covered", "share_near")


def any_measure_word(measure: str, layers: Mapping[str, str]) -> str:
    """Of a measure of complaints or of a layer; `layers` are names by code."""
    if measure in MEASURES:
        return measure_word(measure)
    exposure = Exposure.from_text(measure)
    words = {
        "features_per_km2": _("{layer}: number per km²"),
        "length_per_km2": _("{layer}: km per km²"),
        "share_covered": _("{layer}: share of the area"),
        "share_near": _("{layer}: share within {distance}"),
    }[exposure.kind]
    return words.format(
        layer=layers.get(exposure.layer, exposure.layer),
        distance=format_metres(exposure.metres or 0.0),
    )


def is_share(measure: str) -> bool:
    if measure in MEASURES:
        return measure in SHARES
    return Exposure.from_text(measure).kind in _SHARES


def format_any_value(measure: str, value: float | None) -> str:
    if measure in MEASURES:
        return format_value(measure, value)
    if is_share(measure):
        return format_percent(value)
    return format_number(value, 2)


def exposure_choices(layers: Mapping[str, str], geometries: Mapping[str, str]) -> list[str]:
    """The ready-made measures of each layer, by name of the layer."""
    return [
        str(Exposure(code, kind, NEAR_METRES if kind == "share_near" else None))
        for code in sorted(layers, key=lambda one: layers[one].casefold())
        for kind in EXPOSURES[geometries[code]]
    ]
