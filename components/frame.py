"""What surrounds every page: navigation, header, banners and the list of keys."""

from typing import Any

from dash import html

from components import ids
from components.basics import icon, icon_button
from components.channel_badge import channels_link
from components.export_menu import export_menu
from components.saved_view_list import save_button, views_link
from data.i18n import current_language, language_name
from data.i18n import gettext as _
from data.reference import Reference


def navigation() -> html.Nav:
    """Links to what exists: pages, the API's discovery, the open data."""
    links = [
        ("map", "/", _("Map"), True),
        ("speedometer", "/kpi", _("Key figures"), True),
        ("search", "/complaints", _("Look up a complaint"), True),
        ("reports", "/reports", _("Monthly evaluations"), True),
        ("layers", "/layers", _("City layers"), True),
        ("code-slash", "/open311/v2/docs", _("Open311 interface"), False),
    ]
    return html.Nav(
        [
            html.Span("P", className="brand", title="Pantau", **{"aria-hidden": "true"}),
            *(
                html.A(
                    icon(picture),
                    href=href,
                    title=words,
                    className="nav-link",
                    **{"aria-label": words, **({"data-page": picture} if is_page else {})},
                )
                for picture, href, words, is_page in links
            ),
            channels_link(),
            views_link(),
            html.Span(className="grow"),
            icon_button("question-circle", _("Keys and help"), id="help-open"),
        ],
        className="navigation",
        **{"aria-label": _("Main navigation")},
    )


def header(reference: Reference) -> html.Header:
    """City, the sentence that says what is seen, and the tools."""
    return html.Header(
        [
            icon_button("sliders", _("Show or hide the filters"), id="filter-toggle"),
            html.Div(
                [
                    html.H1(reference.city.name, className="city"),
                    html.Span(_("demo"), title=_("Demo data, made up"), className="tag demo-tag")
                    if reference.city.demo
                    else None,
                    html.P(id=ids.SENTENCE, className="sentence", role="status"),
                ],
                className="heading",
            ),
            icon_button("link-45deg", _("Copy the link to this view"), id="copy-link"),
            save_button(),
            export_menu(),
            html.Span(className="grow"),
            html.Div(
                [
                    html.Span(className="live-dot", **{"aria-hidden": "true"}),
                    html.Span(_("live"), className="live-word"),
                    html.Span(id="clock", className="clock"),
                ],
                className="live",
                title=_("Follows new complaints by itself"),
            ),
            icon_button("moon", _("Dark or light"), id="theme-toggle"),
            _languages(reference),
        ],
        className="header",
    )


def _languages(reference: Reference) -> html.Div:
    return html.Div(
        [
            html.Button(
                code.upper(),
                type="button",
                lang=code,
                title=language_name(code),
                className="language on" if code == current_language() else "language",
                **{
                    "data-language": code,
                    "aria-pressed": "true" if code == current_language() else "false",
                },
            )
            for code in reference.city.languages
        ],
        className="languages",
        role="group",
        **{"aria-label": _("Language")},
    )


def banners() -> list[Any]:
    """Hidden until something is to be said."""
    return [
        html.Div(id="offline", className="offline-banner", hidden=True, role="alert"),
        html.Div(id="notice-line", className="notice", hidden=True, role="status"),
    ]


def help_dialog() -> html.Dialog:
    keys = [
        ("/", _("search")),
        ("[ ]", _("the period before, the period after")),
        ("1 … 9", _("switch a layer on or off")),
        ("Esc", _("close what is open")),
        (_("Space Enter ⌫ Esc"), _("draw: put a point, close, take the last back, give up")),
        ("?", _("this list")),
        (_("Click"), _("filter by a district or service; with Shift, add to the choice")),
        (_("Double click"), _("one level down, closer")),
        (_("Drag over the series"), _("choose the period; double click gives it up")),
    ]
    return html.Dialog(
        [
            html.Div(
                [
                    html.H2(_("Keys")),
                    icon_button("x-lg", _("Close"), id="help-close"),
                ],
                className="dialog-head",
            ),
            html.Dl(
                [part for key, words in keys for part in (html.Dt(html.Kbd(key)), html.Dd(words))]
            ),
        ],
        id="help",
        className="help",
        **{"aria-label": _("Keys")},
    )
