"""Complaints by service: a table whose rows are bars and buttons."""

from collections.abc import Collection

import pandas as pd
from dash import html

from data.i18n import format_number, format_percent
from data.i18n import gettext as _


def service_bars(counts: pd.DataFrame, *, chosen: Collection[str] = ()) -> html.Div:
    """One row per service, longest first. `counts` has the columns code, name, n."""
    shown = counts[counts["n"] > 0].sort_values("n", ascending=False, kind="stable")
    if shown.empty:
        return html.Div(_("Nothing to count here."), className="empty-note")
    total, top = int(shown["n"].sum()), int(shown["n"].max())
    return html.Div(
        [
            _bar(code, name, int(n), top=top, total=total, is_chosen=code in chosen)
            for code, name, n in zip(shown["code"], shown["name"], shown["n"], strict=True)
        ],
        className="bars",
        role="group",
        **{"aria-label": _("Complaints by service; choose to filter")},
    )


def _bar(code: str, name: str, n: int, *, top: int, total: int, is_chosen: bool) -> html.Button:
    return html.Button(
        [
            html.Span(name, className="bar-name"),
            html.Span(format_number(n), className="bar-number"),
            html.Span(
                html.Span(className="bar-fill", style={"width": f"{100 * n / top:.1f}%"}),
                className="bar-track",
            ),
        ],
        type="button",
        className="bar chosen" if is_chosen else "bar",
        title=_("{name}: {n} ({share})").format(
            name=name, n=format_number(n), share=format_percent(n / total)
        ),
        **{"data-toggle-service": code, "aria-pressed": "true" if is_chosen else "false"},
    )
