"""Saved views, by address: keep one, list, change, delete, and the short link to each."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request

from data.saved_view_checks import ViewProblem
from data.saved_views import (
    NotYours,
    SavedView,
    change_view,
    delete_view,
    find_view,
    is_unseen,
    latest_alerts,
    list_views,
    new_owner,
    note_use,
    save_view,
    see_alerts,
)
from data.store import Store, current_store
from pages.answers import answer_error, answer_errors, answer_json
from pages.bodies import read_object
from pages.map_parameters import BadParameter
from pages.same_origin import refuse_other_origins
from queries.saved_views import filter_of

_COOKIE = "pantau_owner"
_TEN_YEARS = timedelta(days=3650)
_LONGEST_BODY = 32 * 1024
_FIELDS = {"name": str, "search": str, "is_shared": bool, "figure": str}

routes = Blueprint("view_routes", __name__)
answer_errors(routes)
routes.before_request(refuse_other_origins)
routes.register_error_handler(ViewProblem, lambda error: answer_error(str(error), 404))


def init_app(server: Flask) -> None:
    server.register_blueprint(routes)


def owner_of_request() -> str | None:
    """The secret by which this browser owns views; None before it saved one."""
    return request.cookies.get(_COOKIE) or None


@routes.get("/api/views.json")
def list_all() -> Response:
    return answer_json([_told(view) for view in list_views(current_store(), owner_of_request())])


@routes.post("/api/views")
def save() -> Response:
    store, owner = current_store(), owner_of_request()
    wanted = {"name": "", "search": ""} | _body()
    own = owner or new_owner()
    try:
        view = save_view(store, own, **_sound(store, wanted))
    except ViewProblem as problem:
        return answer_error(str(problem), 400)
    response = answer_json(_told(view), status=201)
    if owner is None:
        response.set_cookie(
            _COOKIE,
            own,
            max_age=_TEN_YEARS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


@routes.patch("/api/views/<slug>")
def change(slug: str) -> Response:
    store, owner = current_store(), owner_of_request()
    find_view(store, slug)
    try:
        return answer_json(_told(change_view(store, owner, slug, **_sound(store, _body()))))
    except NotYours as problem:
        return answer_error(str(problem), 403)
    except ViewProblem as problem:
        return answer_error(str(problem), 400)


@routes.delete("/api/views/<slug>")
def remove(slug: str) -> Response:
    try:
        delete_view(current_store(), owner_of_request(), slug)
    except NotYours as problem:
        return answer_error(str(problem), 403)
    return answer_json({"deleted": slug})


@routes.post("/api/views/<slug>/seen")
def seen(slug: str) -> Response:
    try:
        see_alerts(current_store(), owner_of_request(), slug)
    except NotYours as problem:
        return answer_error(str(problem), 403)
    return answer_json({"seen": slug})


@routes.get("/v/<slug>")
def follow(slug: str) -> Any:
    """The link to a view: the map as it was saved. Its owner has then seen its alerts."""
    store, owner = current_store(), owner_of_request()
    try:
        view = find_view(store, slug, owner)
    except ViewProblem as problem:
        return Response(f"{str(problem).capitalize()}.\n", 404, mimetype="text/plain")
    note_use(store, (view,))
    if view.is_mine and is_unseen(latest_alerts(store, (view,)).get(view.id)):
        see_alerts(store, owner, slug)
    return redirect(f"/?{view.search}", 302)


def _told(view: SavedView) -> dict[str, Any]:
    return {
        "slug": view.slug,
        "link": f"/v/{view.slug}",
        "name": view.name,
        "search": view.search,
        "is_shared": view.is_shared,
        "figure": view.figure,
        "alert_above": view.alert_above,
        "is_mine": view.is_mine,
    }


def _body() -> dict[str, Any]:
    """The fields of the request's JSON. Raises BadParameter."""
    found = read_object(_LONGEST_BODY)
    for key, value in found.items():
        kind = _FIELDS.get(key)
        if key == "alert_above":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not is_number:
                raise BadParameter("alert_above is neither a number nor null")
        elif kind is None or not isinstance(value, kind):
            allowed = ", ".join((*_FIELDS, "alert_above"))
            raise BadParameter(f"{key[:40]!r} is not one of {allowed}, or not of its type")
    return found


def _sound(store: Store, wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises FilterError for a search that means nothing in this city."""
    if "search" in wanted:
        wanted["search"] = wanted["search"].lstrip("?")
        filter_of(store, wanted["search"])
    return wanted
