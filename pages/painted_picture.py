"""Two measures, or hot spots, as the ground of a picture: the page's own colours and words."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from components.both_map import both_colours, limits_words, together_words
from components.exposure_words import any_measure_word
from components.hot_spot_map import chance_words, hot_spot_colours, kind_word, left_out_words
from components.measures import HOT_CELLS, HOT_MEASURES
from data.i18n import format_number, use_language
from data.i18n import gettext as _
from data.store import Store
from pages.painting import View, level_word, names_of_layers, places_word
from queries.boundaries import boundaries
from queries.comparison import compared_with
from queries.filters import ComplaintFilter
from queries.layers.both import STEPS, two_measures
from queries.layers.hot_spots import hot_cell_shapes, hot_spots, left_out
from reports.drawing import LegendRow, LegendSquare
from reports.picture_ground import NO_VALUE, STATE_FILLS, Ground, districts_of


def painted_ground(
    store: Store, complaint_filter: ComplaintFilter, view: View, language: str
) -> Ground | None:
    """None where one measure is shown. Raises FilterError for a second measure that is none."""
    everywhere = complaint_filter.replace(districts=())
    with use_language(language):
        if view.measure in HOT_MEASURES:
            return _hot_spots(store, everywhere, view)
        if view.second:
            return _both(store, everywhere, view, view.second)
    return None


def _both(store: Store, wanted: ComplaintFilter, view: View, second: str) -> Ground:
    both = two_measures(store, wanted, view.measure, second, level=view.level)
    names, colours = names_of_layers(store), both_colours()
    found: Iterable[Any] = both.frame.itertuples()
    fills = {
        row.code: colours[int(row.cell)] if row.state == "ok" else STATE_FILLS[row.state]
        for row in found
    }
    known = boundaries(store, store.reference().level_index(view.level))
    counts = np.bincount(both.frame["cell"][both.frame["cell"] >= 0], minlength=STEPS * STEPS)
    words = [any_measure_word(one, names) for one in (view.measure, second)]
    missing = int((both.frame["cell"] < 0).sum())
    square = LegendSquare(
        across=words[0],
        upward=words[1],
        fills=_rows(colours),
        counts=_rows([format_number(int(n)) for n in counts]),
    )
    rows: list[LegendRow | LegendSquare] = [LegendRow(_("Two measures"), heading=True), square]
    rows += [LegendRow(limits_words(both, view.measure, second))]
    rows += [LegendRow(together_words(both.together))]
    if missing:
        rows += [LegendRow(_("No value"), format_number(missing), fill=NO_VALUE)]
    return Ground(
        shapes=known.shapes,
        fills=[fills.get(district.code, NO_VALUE) for district in known.districts],
        legend=rows,
        subtitle=" · ".join((*words, level_word(store, view.level))),
    )


def _rows(cells: list[str]) -> list[list[str]]:
    return [cells[at : at + STEPS] for at in range(0, len(cells), STEPS)]


def _hot_spots(store: Store, wanted: ComplaintFilter, view: View) -> Ground:
    is_of_cells = view.measure == HOT_CELLS
    earlier = compared_with(store, wanted, view.compare)
    spots = hot_spots(store, wanted, places="cell" if is_of_cells else view.level, earlier=earlier)
    colours, kinds = hot_spot_colours(), dict(zip(spots["code"], spots["kind"], strict=True))
    if is_of_cells:  # in the order of `spots`
        shapes, codes = hot_cell_shapes(store), spots["code"].tolist()
        outlines = districts_of(store, store.reference().city.levels[0].id)
    else:
        known = boundaries(store, store.reference().level_index(view.level))
        shapes, codes = known.shapes, [district.code for district in known.districts]
        outlines = np.empty(0, object)
    counts, missed = spots["kind"].value_counts(), left_out(store, wanted, spots)
    return Ground(
        shapes=shapes,
        fills=[colours[kinds[code]] if code in kinds else NO_VALUE for code in codes],
        legend=[
            LegendRow(_("Hot spots"), heading=True),
            *(
                LegendRow(kind_word(kind), format_number(int(counts[kind])), fill=colour)
                for kind, colour in colours.items()
                if counts.get(kind, 0)
            ),
            LegendRow(chance_words()),
            *([LegendRow(left_out_words(missed))] if missed else []),
        ],
        subtitle=" · ".join((_("Hot spots"), _("complaints per km²"), places_word(store, view))),
        outlines=outlines,
    )
