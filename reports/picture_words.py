"""The words on a picture of the map, in the language in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from data.i18n import format_instant, format_number, ngettext
from data.i18n import gettext as _
from data.reference import Reference
from data.store import Store
from queries.axes import PLACE_OUTSIDE, PLACE_UNKNOWN
from queries.classes import NOT_REACHED_COLOUR, Classes
from queries.filters import ComplaintFilter
from queries.heat_field import PALETTE, density_of
from queries.layers.features import layer_names
from queries.views import local_today, seen_at
from reports.drawing import LegendRow
from reports.map_layers import HATCH, Points


class MeasureWords(Protocol):
    """How measures and their values are called."""

    @property
    def HIGHER_IS_BETTER(self) -> frozenset[str]: ...
    def measure_word(self, measure: str) -> str: ...
    def unit_word(self, measure: str, *, is_difference: bool = False) -> str: ...
    def class_words(
        self, classes: Classes, measure: str, *, is_difference: bool = False
    ) -> Sequence[str]: ...
    def not_reached_word(self, measure: str) -> str: ...
    def ends_word(self, measure: str) -> str: ...


@dataclass(frozen=True)
class PictureWords:
    """Writes title, legend and notes for one measure at one level."""

    reference: Reference
    language: str
    words: MeasureWords
    measure: str
    level: str
    layer: str | None = None  # the name of the layer whose features are coloured, not districts

    def of_features(self, layer: str, measure: str) -> "PictureWords":
        return replace(self, layer=layer, measure=measure)

    def sentence(self, store: Store, wanted: ComplaintFilter) -> str:
        return wanted.describe(
            self.reference, self.language, local_today(store), layer_names(store)
        )

    def subtitle(self, store: Store, earlier: ComplaintFilter | None) -> str:
        level = self.reference.city.levels[self.reference.level_index(self.level)]
        parts = [
            self.words.measure_word(self.measure),
            self.layer or self.reference.language_text(level.names, self.language),
        ]
        if earlier is not None:
            other = self.sentence(store, earlier)
            parts.append(_("compared with: {other}").format(other=other))
        return " · ".join(parts)

    def classes(
        self, values: pd.DataFrame, classes: Classes, *, is_difference: bool, no_value: str
    ) -> list[LegendRow]:
        """A heading with the unit, a row per class and per state that occurs, with districts.

        `no_value` is the fill of those without any.
        """
        title = self.words.measure_word(self.measure)
        if is_difference:
            title = _("{measure}: difference").format(measure=title)
        unit = self.words.unit_word(self.measure, is_difference=is_difference)
        rows = [
            LegendRow(title, heading=True),
            LegendRow(unit, count=_("features") if self.layer else _("districts")),
        ]
        shown = values.loc[values["state"] == "ok", "value"]
        if len(shown):
            rows += [
                LegendRow(label, format_number(count), fill=colour)
                for label, count, colour in zip(
                    self.words.class_words(classes, self.measure, is_difference=is_difference),
                    classes.counts(shown),
                    classes.colours,
                    strict=True,
                )
            ]
        states = values["state"].value_counts()
        for state, fill, label in (
            ("not_reached", NOT_REACHED_COLOUR, self.words.not_reached_word(self.measure)),
            ("too_few", HATCH, _("Fewer than 20")),
            ("none", no_value, _("No value")),
        ):
            if state in states:
                rows.append(LegendRow(label, format_number(int(states[state])), fill=fill))
        if is_difference and len(classes.colours) > 1:
            rows.append(LegendRow(self.words.ends_word(self.measure)))
        return rows

    def statuses(self, marked: Sequence[Points]) -> list[LegendRow]:
        if not marked:
            return []
        words = {
            "waiting": _("Waiting"),
            "in-progress": _("In progress"),
            "resolved": _("Resolved"),
            "rejected": _("Rejected"),
        }
        rows = [
            LegendRow(words[points.mark.token], format_number(points.n.sum()), mark=points.mark)
            for points in reversed(marked)
        ]
        return [LegendRow(_("Status"), heading=True), *rows]

    def heat(self, full_per_km2: float) -> list[LegendRow]:
        """The density of a few colours; in full colour it is `full_per_km2`."""
        rows = [
            LegendRow(format_number(density_of(share) * full_per_km2), fill=colour)
            for share, colour, _opacity in (PALETTE[-1], PALETTE[-3], PALETTE[2])
        ]
        return [LegendRow(_("Heat: complaints per km²"), heading=True), *rows]

    def notes(self, places: pd.DataFrame, wanted: ComplaintFilter) -> list[str]:
        counts = dict(zip(places["place"].astype(int), places["n"], strict=True))
        total = int(places["n"].sum())
        notes = [ngettext("{n} complaint", "{n} complaints", total).format(n=format_number(total))]
        for place, words in (
            (PLACE_UNKNOWN, _("Not on the map: {n}")),
            (PLACE_OUTSIDE, _("outside every district: {n}")),
        ):
            if counts.get(place):
                notes.append(words.format(n=format_number(int(counts[place]))))
        city = self.reference.city
        instant = format_instant(seen_at(wanted), city.time_zone, city.zone_abbreviation)
        return [*notes, _("as of {instant}").format(instant=instant)]

    def credits(self) -> list[str]:
        city = self.reference.city
        if city.boundaries == "schematic":
            note = _("schematic boundaries, not the official ones")
        else:
            note = _("boundaries: {source}").format(source=city.boundaries)
        source = _("demo data, made up") if city.demo else _("source: complaints of {city}")
        return ["Pantau", source.format(city=city.name), note]
