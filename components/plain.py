"""Elements that Dash's html lacks, for what assets/61-draw.js draws: inputs, above all."""

from collections.abc import Sequence
from typing import Any

from dash import html

Drawn = dict[str, Any]


def plain(tag: str, children: Any = None, **attributes: Any) -> Drawn:
    """An element as data. Attributes are as in HTML, but `className` and `htmlFor`; one that is
    None or False is left out, and True writes its own name."""
    props = {
        name: name.lower() if value is True else value
        for name, value in attributes.items()
        if value is not None and value is not False
    }
    return {"type": tag, "props": {**props, "children": children}}


def text_field(
    label: str, *, name: str, value: str = "", long: bool = False, **attributes: Any
) -> html.Label:
    """A line, or some lines, of text under its label; `name` is what assets/ read it by."""
    control = (
        plain("textarea", value, name=name, rows="3", className="plain-input", **attributes)
        if long
        else plain(
            "input",
            name=name,
            value=value,
            className="plain-input",
            **{"type": "text", **attributes},
        )
    )
    return html.Label([html.Span(label, className="plain-label"), control], className="plain-field")


def select_field(
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    name: str,
    value: str | None = None,
    **attributes: Any,
) -> html.Label:
    """A choice of (value, words)."""
    drawn = [
        plain("option", words, value=code, selected=code == (value or ""))
        for code, words in options
    ]
    return html.Label(
        [
            html.Span(label, className="plain-label"),
            plain("select", drawn, name=name, className="plain-input", **attributes),
        ],
        className="plain-field",
    )


def check_field(label: Any, *, name: str, checked: bool = False, **attributes: Any) -> html.Label:
    return html.Label(
        [plain("input", type="checkbox", name=name, checked=checked, **attributes), label],
        className="plain-check",
    )


def button(label: Any, className: str = "button", **attributes: Any) -> html.Button:
    """The one thing to do here."""
    return html.Button(label, type="button", className=className, **attributes)


def quiet_button(label: Any, **attributes: Any) -> html.Button:
    """Something else that can be done here."""
    return button(label, "button quiet", **attributes)
