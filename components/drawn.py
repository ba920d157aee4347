"""Places that a script draws, from html components that it receives as data.

Dash's renderer asks every component it holds whenever any of them changes; rows of lists are
therefore no components in the browser. assets/61-draw.js draws them.
"""

from dash import ClientsideFunction, Dash, Input, State, dcc, html

from components import ids


def awaited(place: str) -> list[html.Div | dcc.Store]:
    """As `drawn`, where something always comes: until then it looks as if it did."""
    return drawn(place, **{"aria-busy": "true"})


def drawn(place: str, **options: str) -> list[html.Div | dcc.Store]:
    """An empty element; what a callback puts into `data` of `ids.parts(place)` is drawn in it.

    That is html components: elements with text, classes, styles, `data-` and `aria-`, nothing
    that listens.
    """
    return [html.Div(id=place, **options), dcc.Store(id=ids.parts(place))]


def register_drawn(app: Dash, *places: str) -> None:
    draw = ClientsideFunction("pantau", "draw")
    for place in places:
        app.clientside_callback(draw, Input(ids.parts(place), "data"), State(place, "id"))
