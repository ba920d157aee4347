"""Near against far: one sentence an official can quote, and what it rests on."""

import math
from collections.abc import Mapping
from typing import Any

from dash import html

from data.i18n import (
    current_language,
    format_duration,
    format_list,
    format_metres,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from data.reference import Reference
from queries.layers.conditions import LayerCondition
from queries.layers.near_far import Comparison, Side


def near_far_view(
    found: Comparison, condition: LayerCondition, reference: Reference, layers: Mapping[str, str]
) -> list[Any]:
    """Two sentences, a small table, and a warning where the services differ."""
    layer = layers.get(condition.layer, condition.layer)
    return [
        html.P(
            [rate_sentence(found, condition, layer), " ", response_sentence(found)],
            className="quote",
        ),
        _table(found, condition, layer),
        _mix_warning(found, reference) if found.mix_differs else None,
        html.P(left_out_words(found.left_out), className="note") if found.left_out else None,
        html.P(
            _(
                "Exact 95% intervals of independent counts; where one event makes many complaints "
                "the truth is less certain."
            ),
            className="note",
        ),
    ]


def left_out_words(number: int) -> str:
    return _("Left out: {n} complaints without a place, or not on the ground compared.").format(
        n=format_number(number)
    )


def rate_sentence(found: Comparison, condition: LayerCondition, layer: str) -> str:
    """'Within 200 m of pumps there are 1.8 times as many complaints per km² as elsewhere …'"""
    place = (
        _("Inside {layer}").format(layer=layer)
        if condition.kind == "inside"
        else _("Within {distance} of {layer}").format(
            distance=format_metres(condition.metres or 0.0), layer=layer
        )
    )
    basis = _("per km²") if found.basis == "area" else _("per resident")
    if math.isnan(found.ratio):
        return _("{place}: too little to compare.").format(place=place)
    low, high = found.ratio_bounds
    words = _("{place} there are {ratio} times as many complaints {basis} as elsewhere")
    if low <= 1 <= high:
        words = _(
            "{place} the number of complaints {basis} does not differ from elsewhere beyond "
            "chance: {ratio} times"
        )
    elif math.isinf(found.ratio):
        words = _("{place} there are {n} complaints, elsewhere none: more {basis} beyond chance")
    ratio = format_number(found.ratio, 2) if math.isfinite(found.ratio) else "∞"
    near = format_number(found.near.n)
    sentence = words.format(place=place, ratio=ratio, basis=basis, n=near)
    counts = _("95% interval {low}–{high}; n {near} and {far}").format(
        low=format_number(low, 2),
        high=format_number(high, 2) if math.isfinite(high) else "∞",
        near=near,
        far=format_number(found.far.n),
    )
    return f"{sentence} ({counts})."


def response_sentence(found: Comparison) -> str:
    difference = found.difference_seconds
    if math.isnan(difference):
        return _("Half of them were not answered yet on one side: medians cannot be compared.")
    low, high = found.difference_bounds
    if math.isnan(low) or math.isnan(high):
        return _(
            "The medians are {duration} apart; too few were answered to tell whether by chance."
        ).format(duration=format_duration(abs(difference)))
    if low <= 0 <= high:
        words = _("The median response does not differ beyond chance: {duration}")
    elif difference > 0:
        words = _("The median response is {duration} later")
    else:
        words = _("The median response is {duration} sooner")
        low, high, difference = -high, -low, -difference
    bounds = f"{_bound(low)} – {_bound(high)}"
    return (
        words.format(duration=format_duration(difference))
        + " ("
        + _("95% interval {between}").format(between=bounds)
        + ")."
    )


def _bound(seconds: float) -> str:
    return format_duration(seconds) if math.isfinite(seconds) else _("not reached")


def _table(found: Comparison, condition: LayerCondition, layer: str) -> html.Table:
    unit = "km²" if found.basis == "area" else _("10,000 residents")
    heads = ("", "n", unit, _("n per {unit}").format(unit=unit), _("Median response"))
    near_word = _("inside") if condition.kind == "inside" else _("near")
    far_word = _("outside") if condition.kind == "inside" else _("far")
    return html.Table(
        [
            html.Caption(layer, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_line(near_word, found.near), _line(far_word, found.far)]),
        ],
        className="numbers",
    )


def _line(word: str, side: Side) -> html.Tr:
    return html.Tr(
        [
            html.Th(word, scope="row"),
            html.Td(format_number(side.n)),
            html.Td(format_number(side.exposure, 1)),
            html.Td(format_number(side.rate, 1)),
            html.Td(
                format_duration(side.median_seconds)
                if math.isfinite(side.median_seconds)
                else _("not reached")
            ),
        ]
    )


def _mix_warning(found: Comparison, reference: Reference) -> html.P:
    names = [
        reference.language_text(reference.service_by_code[code].names, current_language())
        for code in found.mix
    ]
    return html.P(
        [
            html.Span("▲ ", **{"aria-hidden": "true"}),
            _(
                "Careful: {share} of the complaints would have to be of another service for both "
                "sides to be alike, most of all {services}. Choose one service to compare like "
                "with like."
            ).format(share=format_percent(found.mix_distance, 0), services=format_list(names)),
        ],
        className="mix-warning",
    )
