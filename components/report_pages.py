"""A page for each unit: one of them, or all, made one after the other while the browser counts."""

from collections.abc import Mapping, Sequence

from dash import html

from data.i18n import current_language, format_number, language_name, ngettext
from data.i18n import gettext as _


def pages_view(
    edition_id: int, stem: str, names: Mapping[str, str], spoken: Sequence[str]
) -> html.Div:
    """`names` are those of units and officers by code; `stem` begins the name of the archive."""
    n = len(names)
    words = ngettext(
        "A page for {n} unit or officer: what it is held to, and the cases to look at.",
        "A page for each of {n} units and officers: what they are held to, and the cases to look "
        "at.",
        n,
    )
    return html.Div(
        [
            html.H4(_("Unit pages")),
            html.P(words.format(n=format_number(n)), className="note"),
            html.Div(
                [
                    html.Label(_("Of"), htmlFor="report-page-of"),
                    html.Select(
                        [
                            html.Option(_("all, as a ZIP of PDFs"), value=""),
                            *(
                                html.Option(f"{name} · {code}", value=code)
                                for code, name in sorted(
                                    names.items(), key=lambda item: (item[1], item[0])
                                )
                            ),
                        ],
                        id="report-page-of",
                        className="report-page-of",
                    ),
                    html.Label(_("Language"), htmlFor="report-page-language"),
                    html.Select(
                        [
                            html.Option(language_name(code), value=code)
                            for code in sorted(spoken, key=lambda code: code != current_language())
                        ],
                        id="report-page-language",
                        className="report-page-language",
                    ),
                    html.Button(
                        _("Make and download"),
                        type="button",
                        className="button",
                        **{"data-report-pages": str(edition_id)},
                    ),
                    html.Button(
                        _("Stop"),
                        type="button",
                        className="button quiet",
                        hidden=True,
                        **{"data-report-stop": str(edition_id)},
                    ),
                ],
                className="report-pages-form",
            ),
            html.Div(
                [
                    html.Progress(max=str(n), value="0", **{"aria-label": _("Unit pages")}),
                    html.Span(**{"aria-live": "polite"}),
                ],
                className="report-pages-progress",
                hidden=True,
            ),
        ],
        className="report-pages",
        **{
            "data-stem": stem,
            "data-made": _("{made} of {n} pages"),
            "data-done": _("{n} pages, {seconds} s"),
        },
    )
