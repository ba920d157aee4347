"""Which feature of a file is which district: by code, else by a name that only one of each has."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from data.boundaries.features import Feature, FeatureFile
from data.boundaries.report import BoundaryError, examples

_ENOUGH_TO_JUDGE = 3


@dataclass(frozen=True)
class Match:
    """Districts are rows with id, code, name, latitude and longitude."""

    by_code: dict[int, Feature]
    by_name: dict[int, Feature]
    unmatched: tuple[Feature, ...]
    without_polygon: tuple[Any, ...]
    merged: int

    @property
    def shapes(self) -> dict[int, shapely.Geometry]:
        both = self.by_code | self.by_name
        return {district_id: feature.shape for district_id, feature in both.items()}


def plain(text: str) -> str:
    """Letters and digits only, without accents and case: '31.74.07' and '317407' are alike."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def match(features: Iterable[Feature], districts: Sequence[Any]) -> Match:
    merged = _merge(features)
    by_code: dict[int, Feature] = {}
    rest: list[Feature] = []
    exact = {district.code: district for district in districts}
    alike = _unique(districts, lambda district: plain(district.code))
    for feature in merged[0]:
        district = exact.get(feature.code) or alike.get(plain(feature.code))
        if district is None or district.id in by_code:
            rest.append(feature)
        else:
            by_code[district.id] = feature
    names = _unique(districts, lambda district: plain(district.name))
    theirs = _unique(rest, lambda feature: plain(feature.name))
    by_name: dict[int, Feature] = {}
    for name, feature in theirs.items():
        district = names.get(name)
        if district is not None and district.id not in by_code:
            by_name[district.id] = feature
    used = {id(feature) for feature in by_name.values()}
    return Match(
        by_code,
        by_name,
        tuple(feature for feature in rest if id(feature) not in used),
        tuple(d for d in districts if d.id not in by_code and d.id not in by_name),
        merged[1],
    )


def _merge(features: Iterable[Feature]) -> tuple[list[Feature], int]:
    """One feature a code (a name where there is no code), and how many joined another."""
    groups: dict[tuple[str, ...], list[Feature]] = {}
    for index, feature in enumerate(features):
        key = ("code", plain(feature.code)) if feature.code else ("name", plain(feature.name))
        groups.setdefault(key if key[1] else ("none", str(index)), []).append(feature)
    merged = [
        Feature(group[0].code, group[0].name, shapely.union_all([f.shape for f in group]))
        if len(group) > 1
        else group[0]
        for group in groups.values()
    ]
    return merged, sum(len(group) - 1 for group in groups.values())


def _unique(things: Iterable[Any], key: Callable[[Any], str]) -> dict[str, Any]:
    things = list(things)
    times = Counter(key(thing) for thing in things)
    return {key(thing): thing for thing in things if key(thing) and times[key(thing)] == 1}


def refuse_few(found: Match, file: FeatureFile, districts: Sequence[Any], level: str) -> None:
    """Raises BoundaryError when less than half of the features are districts of the city."""
    matched = len(found.by_code) + len(found.by_name)
    total = matched + len(found.unmatched)
    if matched * 2 < total:
        raise BoundaryError(
            f"only {matched} of {total} features of {file.name} are a {level} of this city: "
            f"it has {examples([str(feature) for feature in found.unmatched])}; "
            f"wanted are {examples([f'{d.code} {d.name}' for d in districts])}; "
            f"its columns are: {', '.join(file.columns)}"
        )


def refuse_wrong(found: Match, file: FeatureFile, districts: Sequence[Any]) -> None:
    """Raises BoundaryError when the codes are those of another system with the same digits.

    Names tell, and centre points that the city gave.
    """
    by_id = {district.id: district for district in districts}
    pairs = [(by_id[key], feature) for key, feature in found.by_code.items()]
    wrong = [(d, f) for d, f in pairs if f.name and _is_another(f.name, d, districts)]
    if len(wrong) * 2 > len(pairs):
        district, feature = wrong[0]
        raise BoundaryError(
            f"the codes of {file.name} are of another system: its {feature} is not "
            f"{district.code} {district.name}; choose another --code column"
        )
    placed = [(d, f) for d, f in pairs if d.latitude is not None and d.longitude is not None]
    far = [(d, f) for d, f in placed if not f.shape.covers(shapely.Point(d.longitude, d.latitude))]
    if len(placed) >= _ENOUGH_TO_JUDGE and len(far) * 2 > len(placed):
        district, feature = far[0]
        raise BoundaryError(
            f"the polygons of {file.name} are not where the districts are: {district.code} "
            f"{district.name} is at {district.latitude:.4f}, {district.longitude:.4f}, outside "
            f"{feature}; check --code and --crs"
        )


def _is_another(name: str, district: Any, districts: Sequence[Any]) -> bool:
    """Whether a name speaks of another district than this one; titles around it do not matter."""
    said = plain(name)
    own = plain(district.name)
    if own in said or said in own:
        return False
    return any(plain(other.name) in said for other in districts if other.id != district.id)
