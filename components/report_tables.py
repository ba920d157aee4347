"""The figures of an evaluation, drawn from the texts that its documents are made of."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from dash import html

from components.plain import plain
from data.i18n import gettext as _

Texts = dict[str, Any]


def summary_view(texts: Texts) -> list[Any]:
    """What the month says, in plain words, and the city's own figures."""
    figures = texts["figures"]
    return [
        *(html.P(words) for words in texts["paragraphs"]),
        html.H4(figures["title"]),
        _table(
            figures["title"],
            figures["head"],
            [_plain_row(row) for row in figures["rows"]],
            "narrow",
        ),
        *(html.P(words) for words in texts["more"]),
    ]


def subjects_view(texts: Texts, pages: str = "") -> list[Any]:
    """A row each: score, rank interval, and every component with its interval and cases.

    `pages` is the address of a unit's own page but for its code, to which its name leads.
    """
    heads = texts["head"]
    label = _("Find in {table}").format(table=texts["title"])
    return [
        html.P(texts["note"], className="note"),
        plain(
            "input",
            type="search",
            className="plain-input report-find",
            placeholder=label,
            **{"aria-label": label, "data-report-find": True},
        ),
        _table(
            texts["title"],
            heads,
            _with_unranked(texts, lambda row: _subject_row(row, heads, pages)),
            "subjects",
        ),
    ]


def flags_view(texts: Texts) -> list[Any]:
    """By kind, each unit with its cases; a case leads to the complaint."""
    if not texts["kinds"]:
        return [html.P(texts["none"], className="note")]
    return [
        html.P(texts["note"], className="note"),
        *(
            html.Details(
                [
                    html.Summary(
                        [html.Strong(kind["title"]), html.Span(kind["meaning"], className="note")]
                    ),
                    _table(kind["title"], texts["head"], [_flag_row(row) for row in kind["rows"]]),
                ],
                className="flag-kind",
            )
            for kind in texts["kinds"]
        ),
    ]


def fairness_view(texts: Texts) -> list[Any]:
    """The place of each unit by other rules; where it would stand elsewhere, it is marked."""
    return [
        html.P(texts["note"], className="note"),
        html.H4(texts["moved_title"]),
        _table(
            texts["moved_title"],
            [_("Rule"), "n"],
            [_plain_row(row) for row in texts["moved"]],
            "narrow",
        ),
        _table(
            texts["title"],
            texts["head"],
            _with_unranked(texts, _fairness_row),
            "fairness-rows",
        ),
    ]


def picture_view(texts: Texts, address: str) -> list[Any]:
    """A picture at an address, under its title; its notes are what it says in words."""
    return [
        html.H4(texts["title"]),
        *(html.P(note, className="note") for note in texts["notes"]),
        html.Img(src=address, alt=texts.get("alt", texts["title"]), className="report-picture"),
    ]


def method_view(texts: Texts) -> list[Any]:
    """What each part means and weighs, and the method as it was declared."""
    return [
        *(html.P(words) for words in texts["intro"]),
        _table(
            texts["title"], texts["head"], [_plain_row(row) for row in texts["rows"]], "weights"
        ),
        html.Details(
            [html.Summary(texts["declared_title"]), html.Pre("\n".join(texts["declared"]))],
            className="flag-kind",
        ),
    ]


def changes_view(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Any]:
    """Every figure that is another one: of whom, which, before, after."""
    if not rows:
        return [html.P(_("Every figure is the same."), className="note")]
    return [_table(_("What changed"), heads, [_plain_row(row) for row in rows], "changes")]


def _table(title: str, heads: Sequence[str], rows: Sequence[html.Tr], name: str = "") -> html.Div:
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody(list(rows)),
            ],
            className=f"report-table {name}".strip(),
        ),
        className="report-scroll",
        tabIndex="0",
        role="region",
        **{"aria-label": title},
    )


def _with_unranked(texts: Texts, row_of: Callable[[Texts], html.Tr]) -> list[html.Tr]:
    """The ranked, and the others under a heading of their own."""
    ranked = [row_of(row) for row in texts["rows"] if row["is_ranked"]]
    others = [row_of(row) for row in texts["rows"] if not row["is_ranked"]]
    if not others:
        return ranked
    heading = html.Th(texts["unranked"], colSpan=len(texts["head"]), scope="rowgroup")
    return [*ranked, html.Tr(heading, className="unranked-title"), *others]


def _plain_row(cells: Sequence[str]) -> html.Tr:
    return html.Tr([html.Th(cells[0], scope="row"), *(html.Td(cell) for cell in cells[1:])])


def _subject_row(row: Texts, heads: Sequence[str], pages: str) -> html.Tr:
    title = f"{row['mark']} {row['name']}".strip()
    if pages:
        title = html.A(
            title, href=f"{pages}{quote(row['code'], safe='')}", title=_("Its page, PDF")
        )
    name = html.Div([title, html.Div(row["about"], className="note")])
    figures = [
        (row["n"], "wide"),
        (row["score"], "score"),
        (row["rank"], "rank"),
        (row["others"], "others"),
    ]
    return html.Tr(
        [
            html.Th(name, scope="row"),
            *(
                plain("td", text, className=kind, **{"data-label": head})
                for (text, kind), head in zip(figures, heads[1:5], strict=True)
            ),
            *(
                plain(
                    "td",
                    [value, *(plain("small", words) for words in (interval, *rests_on))],
                    className="few" if few else None,
                    **{"data-label": head},
                )
                for (value, interval, rests_on, few), head in zip(
                    row["cells"], heads[5:], strict=True
                )
            ),
        ],
        className=None if row["is_ranked"] else "unranked",
        key=row["about"],
    )


def _flag_row(row: Sequence[Any]) -> html.Tr:
    name, n, _text, cases, rest = row
    links: list[Any] = []
    for case in cases:
        links += [html.A(case, href=f"/complaints/{quote(case, safe='')}"), " "]
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(n),
            html.Td([*links, rest], className="cases"),
        ]
    )


def _fairness_row(row: Texts) -> html.Tr:
    return html.Tr(
        [
            html.Th(row["name"], scope="row"),
            html.Td(row["n"]),
            html.Td(row["rank"]),
            *(
                html.Td(html.Strong(f"≠ {place}") if is_elsewhere else place)
                for place, is_elsewhere in row["cells"]
            ),
        ],
        className=None if row["is_ranked"] else "unranked",
    )
