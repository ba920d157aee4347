"""Coordinate systems: which one a layer is in, into degrees, and which one it may be in."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from data.layers.model import AXES, LayerError, Shapes
from data.layers.reading.frame import CityFrame, crs_name, local_crs
from data.sentence import Sentence, say

_SAMPLE = 2_000  # coordinates that a guess is tried on
_FITS = 0.5  # of them in the city's surroundings make a guess
_CONFIDENCE = 70  # of PROJ, in percent, that a description is of a known system
_LONGEST = 64  # characters of a name that is kept
_CODE = re.compile(r"(?:EPSG|ESRI)\s*:\s*\d{3,6}|\d{4,6}", re.IGNORECASE)


@dataclass(frozen=True)
class Hint:
    """The usual system that fits the coordinates. `looks` is its short name, such as 'UTM 48S'."""

    code: str
    looks: str
    swapped: bool  # it fits with the two axes the other way round

    @property
    def sentence(self) -> Sentence:
        system = say("degrees") if self.code == "EPSG:4326" else self.looks
        if self.swapped:
            return say(
                "these look like {system}, {code}, with the two axes swapped",
                system=system,
                code=self.code,
            )
        return say("these look like {system}, {code}", system=system, code=self.code)


def find_crs(text: str, name: str | Sentence) -> CRS:
    """What a file or a person calls a coordinate system. Raises LayerError."""
    try:
        found = CRS.from_user_input(text)
    except (CRSError, ValueError, TypeError):
        raise LayerError(
            "{name}: {text!r} is not a known coordinate system; give its EPSG code, such "
            "as EPSG:32748",
            name=name,
            text=text[:60],
        ) from None
    if found.is_compound:  # heights are not kept
        found = found.sub_crs_list[0]
    if not (found.is_geographic or found.is_projected or found.is_bound):
        raise LayerError(
            "{name}: the coordinate system {system!r} is not one of places on a map; give "
            "the EPSG code of its coordinates, such as EPSG:32748",
            name=name,
            system=found.name,
        )
    return found


def chosen_crs(text: str) -> CRS:
    """What a person chose: a code of the EPSG list, with or without its prefix.

    Raises LayerError.
    """
    wanted = text.strip()
    if not _CODE.fullmatch(wanted):
        raise LayerError(
            "{wanted!r} is not the code of a coordinate system; give one such as EPSG:32748",
            wanted=wanted[:60],
        )
    return find_crs(wanted if ":" in wanted else f"EPSG:{wanted}", say("the chosen system"))


def crs_code(crs: CRS) -> str:
    """Such as 'EPSG:32748', or its name where it is none of the list; 64 characters at most."""
    found = crs.to_authority(min_confidence=_CONFIDENCE)
    return ":".join(found) if found else crs.name[:_LONGEST]


def to_degrees(shapes: Shapes, crs: CRS) -> Shapes:
    """Longitude and latitude on WGS 84; not finite where the system does not reach."""
    if crs == _WGS84:
        return shapes
    transformer = Transformer.from_crs(crs, _WGS84, always_xy=True)
    flat = shapely.get_coordinates(shapes)
    x, y = transformer.transform(flat[:, 0], flat[:, 1])
    return np.asarray(shapely.set_coordinates(shapes.copy(), np.column_stack([x, y])), dtype=object)


_WGS84 = CRS.from_epsg(4326)


def suggest_crs(shapes: Shapes, city: CityFrame) -> Hint | None:
    """The usual system that puts most coordinates into the city."""
    sample = _sample(shapes)
    if not len(sample):
        return None
    best: tuple[float, str, bool] | None = None
    for code in dict.fromkeys([*city.epsg, *local_crs(city)]):
        for swapped, share in enumerate(_shares_inside(sample, code, city)):
            if share > _FITS and (best is None or share > best[0]):
                best = (share, code, bool(swapped))
        if best is not None and (best[0] > 0.99 or code == city.epsg[-1]):
            break  # a usual one is worth more than a rare one that fits slightly better
    return Hint(best[1], _short_name(best[1]), best[2]) if best else None


def hint_for(shapes: Shapes, city: CityFrame) -> Sentence | None:
    """What the coordinates look like, and the remedy; None where nothing usual fits."""
    found = suggest_crs(shapes, city)
    if found is None:
        return None
    if found.swapped:
        return say(
            "{hint}; choose it, and the other order of the axes ({names})",
            hint=found.sentence,
            names=", ".join(AXES),
        )
    return say("{hint}; choose it", hint=found.sentence)


def _short_name(code: str) -> str:
    if code == "EPSG:4326":
        return "degrees"
    return crs_name(code).removeprefix("WGS 84 / ").replace("zone ", "")


def _shares_inside(sample: NDArray[np.float64], code: str, city: CityFrame) -> tuple[float, float]:
    """Of the coordinates as they are, and of those with the axes swapped."""
    try:
        transformer = Transformer.from_crs(code, _WGS84, always_xy=True)
        both = np.vstack([sample, sample[:, ::-1]])
        x, y = transformer.transform(both[:, 0], both[:, 1])
    except (CRSError, ProjError):
        return 0.0, 0.0
    west, south, east, north = city.surroundings.bounds
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return float(inside[: len(sample)].mean()), float(inside[len(sample) :].mean())


def _sample(shapes: Shapes) -> NDArray[np.float64]:
    present = shapes[~shapely.is_missing(shapes)]
    step = max(1, len(present) // _SAMPLE)
    coordinates = shapely.get_coordinates(present[::step])
    coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    return coordinates[:: max(1, len(coordinates) // _SAMPLE)]


def search_crs(text: str, city: CityFrame, *, limit: int = 30) -> list[tuple[str, str]]:
    """Codes and names that hold every word of `text`, the city's usual ones first."""
    words = text.lower().replace("epsg:", "").split()
    usual = {code: rank for rank, code in enumerate(dict.fromkeys([*city.epsg, *_local(city)]))}
    found = [
        (code, name)
        for code, name, hay in _all_crs()
        if all(word in hay for word in words) and (words or code in usual)
    ]
    exact = f"EPSG:{words[0]}" if len(words) == 1 else ""
    found.sort(key=lambda one: (one[0] != exact, usual.get(one[0], len(usual)), len(one[0]), one))
    return found[:limit]


@lru_cache(maxsize=8)
def _local(city: CityFrame) -> tuple[str, ...]:
    return local_crs(city)


@lru_cache(maxsize=1)
def _all_crs() -> tuple[tuple[str, str, str], ...]:
    """Code, name, and both with the area in lower case, of every system with flat coordinates."""
    infos = query_crs_info(
        auth_name="EPSG",
        pj_types=[PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS],
        allow_deprecated=False,
    )
    return tuple(
        (
            f"EPSG:{info.code}",
            info.name,
            f"{info.code} {info.name} {_compact(info.name)} "
            f"{info.area_of_use.name if info.area_of_use else ''}".lower(),
        )
        for info in infos
    )


def _compact(name: str) -> str:
    """'UTM zone 48S' is also looked for as 'UTM 48S'."""
    return name.replace("zone ", "")
