"""How it was computed: the components, their weights, and the method as it was declared."""

from typing import Any

from data.i18n import NOTHING, format_number
from data.i18n import gettext as _
from reports.evaluation.components import components, on_time_share
from reports.evaluation.material import Material
from reports.printable import printable


def annex(material: Material) -> dict[str, Any]:
    rules = material.rules
    weights = rules.weights
    return {
        "title": _("Annex: the method"),
        "intro": [
            _(
                "Cases are complaints received in the month, seen as of one instant. A unit's"
                " clock starts when it gets a case and stops when it passes it on; what is open"
                " is counted as open, never left out."
            ),
            _(
                "Each component is compared with what the city would reach with the unit's own"
                " mix of services, and gives 0 to 100 points; 50 is as the city. The score is"
                " their mean by the weights below. Rank intervals come from {rounds} rounds of"
                " drawing the month's complaints anew (bootstrap)."
            ).format(rounds=format_number(rules.rounds)),
            _(
                "What a unit gains above 50 by being quick counts in full only if citizens are as"
                " content with it as with others. Figures of fewer than {few} cases say so. A rank"
                " takes {limit} cases of a unit's own: with fewer, too much of a score is not its"
                " own, and the unit is reported, not ranked."
            ).format(few=format_number(rules.min_cases), limit=format_number(material.min_ranked)),
        ],
        "head": [_("Component"), _("What it measures"), _("Weight")],
        "rows": [
            [c.title, c.meaning, format_number(weights[c.code]) if c.code in weights else NOTHING]
            for c in (*components(), on_time_share())
        ],
        "declared_title": _("As declared, version {version}").format(
            version=printable(material.evaluation.method)
        ),
        "declared": [printable(line) or " " for line in _lines(material.method)],
    }


def _lines(method: str) -> list[str]:
    return [line.expandtabs(4) for line in method.splitlines()]
