"""Cover and summary: what the month says, in plain words."""

from collections.abc import Sequence
from typing import Any

from data.evaluation.authors import author_text
from data.i18n import (
    format_date,
    format_instant,
    format_list,
    format_number,
    format_percent,
    ngettext,
)
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from queries.measured import Measured
from reports.evaluation.components import (
    Component,
    components,
    interval_text,
    is_few,
    on_time_share,
    value_text,
)
from reports.evaluation.material import Material
from reports.evaluation.words import (
    edition_state_text,
    few_note,
    flag_titles,
    is_one_month,
    month_text,
    rank_text,
    standing_text,
)
from reports.printable import printable

_MOST_NAMED = 12
_LONGEST_NAME = 60


def cover(material: Material) -> dict[str, Any]:
    evaluation, outline = material.evaluation, material.outline
    seen = format_instant(material.seen_at, abbreviation=outline.zone_abbreviation)
    facts = [
        (
            _("Cohort"),
            _("complaints received in {month}").format(month=month_text(evaluation.month)),
        ),
        (_("Seen as of"), seen),
        (_("Method"), _("version {version}").format(version=printable(evaluation.method))),
        *_standing_facts(material),
        (_("Newest event known"), format_number(evaluation.through_seq)),
        (_("Fingerprint of the figures (SHA-256)"), printable(material.fingerprint)),
    ]
    return {
        "title": title(material),
        "city": printable(evaluation.city),
        "heading": _("Monthly evaluation") if is_one_month(evaluation.month) else _("Evaluation"),
        "month": month_text(evaluation.month),
        "subtitle": _("How units and officers handled the complaints of that time"),
        "stamp": edition_state_text(material.standing.state),
        "facts": facts,
        "note": _(
            "Every figure stands with the number of cases it rests on and its 95% interval."
            " A rank is an interval too: where two overlap, these cases cannot tell them apart."
        ),
    }


def title(material: Material) -> str:
    month = material.evaluation.month
    words = _("Monthly evaluation, {month}") if is_one_month(month) else _("Evaluation, {month}")
    return words.format(month=month_text(month))


def summary(material: Material) -> dict[str, Any]:
    evaluation = material.evaluation
    better, worse = (
        [unit for unit in evaluation.units if unit.differs == kind] for kind in ("better", "worse")
    )
    return {
        "paragraphs": [
            _maturity(material),
            _judged(material),
            _ranked(material),
            _chance(better, worse),
        ],
        "figures": {
            "title": _("The city as a whole"),
            "head": [_("Component"), _("Value"), _("95% interval"), "n"],
            "rows": [
                _figure(component, evaluation.city_figures[component.code])
                for component in (*components(), on_time_share())
                if component.code in evaluation.city_figures
            ],
        },
        "lists": [
            _named(_("Better than the city beyond chance"), "▲", better),
            _named(_("Worse than the city beyond chance"), "▼", worse),
        ],
        "more": [_flagged(material), _fair(material), *_few(material)],
    }


def _standing_facts(material: Material) -> list[tuple[str, str]]:
    standing, outline = material.standing, material.outline
    facts = [(_("Edition"), standing_text(standing.edition, standing.state))]
    if standing.at:
        at = outline.local(standing.at)
        facts.append((_("Since"), format_instant(at, abbreviation=outline.zone_abbreviation)))
    if standing.by:
        facts.append((_("By"), printable(author_text(standing.by), longest=120)))
    if standing.changes:
        facts.append((_("What is new"), printable(standing.changes, longest=600)))
    return facts


def _maturity(material: Material) -> str:
    found = material.evaluation.maturity
    text = ngettext(
        "{n} complaint was received in {month}. When this was computed, on {day}, {open} ({share})"
        " of them were still open. The deadline of {due}, kept or not, had passed by then; that of"
        " {not_yet} had not.",
        "{n} complaints were received in {month}. When this was computed, on {day}, {open}"
        " ({share}) of them were still open. The deadline of {due}, kept or not, had passed by"
        " then; that of {not_yet} had not.",
        found.received,
    )
    return text.format(
        n=format_number(found.received),
        month=month_text(material.evaluation.month),
        day=format_date(material.seen_at.date()),
        open=format_number(found.open),
        share=format_percent(found.share_open),
        due=format_number(found.due),
        not_yet=format_number(found.not_yet_due),
    )


def _judged(material: Material) -> str:
    """Why the on-time share rests on other numbers than there were complaints."""
    evaluation = material.evaluation
    cases = sum(unit.n for unit in evaluation.units)
    judged = evaluation.city_figures["on_time_share"].n
    return _(
        "A case is the time that one unit had a complaint: there were {cases}. On time is judged of"
        " the {judged} whose outcome the unit owed by then; of the others it owed none, as of those"
        " that it had passed on or that were not yet due."
    ).format(cases=format_number(cases), judged=format_number(judged))


def _ranked(material: Material) -> str:
    units = material.evaluation.units
    ranked = sum(unit.is_ranked for unit in units)
    alone = sum(unit.differs == "no_other" for unit in units)
    words = _(
        "{units} units had cases of them. {ranked} are ranked; {others} had fewer than {limit}"
        " cases of their own and are reported, not ranked. Open cases count for as long as they"
        " have waited; a case that was handed over counts for each unit only while it had it."
    ).format(
        units=format_number(len(units)),
        ranked=format_number(ranked),
        others=format_number(len(units) - ranked - alone),
        limit=format_number(material.min_ranked),
    )
    if not alone:
        return words
    more = ngettext(
        "{n} more is not ranked because hardly another unit has cases of its services.",
        "{n} more are not ranked because hardly another unit has cases of their services.",
        alone,
    )
    return f"{words} {more.format(n=format_number(alone))}"


def _chance(better: Sequence[Subject], worse: Sequence[Subject]) -> str:
    if not better and not worse:
        return _("No unit differs from the city by more than chance and the mix of cases explain.")
    return _(
        "Units that keep their deadlines better than chance and their mix of cases explain:"
        " {better}; worse: {worse}. For all others the differences seen may be luck."
    ).format(better=format_number(len(better)), worse=format_number(len(worse)))


def _figure(component: Component, measured: Measured) -> list[str]:
    return [
        component.title,
        value_text(component, measured),
        interval_text(component, measured),
        format_number(measured.n),
    ]


def _named(heading: str, mark: str, units: Sequence[Subject]) -> dict[str, Any]:
    order = sorted(units, key=lambda unit: (unit.rank or (0, 0), unit.code))
    rows = [
        [printable(unit.name, longest=_LONGEST_NAME), format_number(unit.n), rank_text(unit)]
        for unit in order[:_MOST_NAMED]
    ]
    rest = len(order) - len(rows)
    more = ngettext("and {n} more", "and {n} more", rest).format(n=format_number(rest))
    return {
        "title": heading,
        "mark": mark,
        "head": [_("Unit"), _("Cases"), _("Rank, 95%")],
        "rows": rows,
        "more": more if rest else "",
        "none": _("no unit"),
    }


def _few(material: Material) -> list[str]:
    """What the star means, where a figure of the city bears one."""
    has_few = any(is_few(measured) for measured in material.evaluation.city_figures.values())
    return [few_note(material)] if has_few else []


def _flagged(material: Material) -> str:
    flags = material.evaluation.flags
    if not flags:
        return _("No case was flagged.")
    totals: dict[str, int] = {}
    for flag in flags:
        totals[flag.kind] = totals.get(flag.kind, 0) + flag.n
    titles = flag_titles()
    listed = [
        f"{titles.get(kind, kind).lower()} ({format_number(n)})"
        for kind, n in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _("Flags call for a look at cases, they prove nothing by themselves: {flags}.").format(
        flags=format_list(listed)
    )


def _fair(material: Material) -> str:
    fairness = material.evaluation.fairness
    return _(
        "With raw instead of standardised figures {raw} units would stand elsewhere by more than"
        " {by} of the list; by the former point rule {former}."
    ).format(
        raw=format_number(fairness.moved.get("raw", 0)),
        former=format_number(fairness.moved.get("former_points", 0)),
        by=format_percent(fairness.moved_by, 0),
    )
