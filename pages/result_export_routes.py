"""Downloads of results in six formats: complaints, what the map colours, places, city layers."""

from flask import Blueprint, Response, request

from components.measures import DEFAULT_MEASURE, HOT_MEASURES
from data.layers.catalogue import find_layer
from data.layers.model import LayerError, LayerMissing
from data.store import current_store
from pages.answers import answer_error, answer_errors
from pages.file_answers import FILE_TYPES, FilesBusy, answer_file
from pages.map_parameters import read_choice, read_filter, read_int, read_language
from pages.painted_table import painted_table
from pages.painting import View
from queries.comparison import COMPARISONS
from queries.districts import MEASURES
from queries.layers.repeat_places import AT_LEAST
from reports.complaint_table import MOST, MOST_IN_WORKBOOK, TooMany, complaint_table
from reports.layer_table import layer_table
from reports.repeat_table import repeat_place_table
from reports.table_export import export_name

_MOST_TIMES = 1_000
_ENDING = "<any({}):ending>".format(", ".join(f'"{ending}"' for ending in FILE_TYPES))
_STATUS = {TooMany: 400, LayerError: 400, LayerMissing: 404, FilesBusy: 503}

routes = Blueprint("result_export_routes", __name__)
answer_errors(routes)
for _kind, _status in _STATUS.items():
    routes.register_error_handler(
        _kind, lambda error, status=_status: answer_error(str(error), status)
    )


@routes.errorhandler(LookupError)
def features_gone(_error: Exception) -> Response:
    """A version was pruned between two looks at it."""
    return answer_error("this layer has just changed; ask for it again", 503)


@routes.get(f"/export/complaints.{_ENDING}")
def complaints(ending: str) -> Response:
    """CSV and GeoJSON, which hold any number, are streamed by `export_routes`."""
    store = current_store()
    wanted, language = read_filter(store), read_language(store.reference())
    return answer_file(
        store,
        ending,
        "complaints",
        export_name(store, wanted, ending),
        lambda: complaint_table(
            store, wanted, language=language, most=MOST_IN_WORKBOOK if ending == "xlsx" else MOST
        ),
    )


@routes.get(f"/export/map-areas.{_ENDING}")
def map_areas(ending: str) -> Response:
    store = current_store()
    levels = tuple(level.id for level in store.reference().city.levels)
    wanted = read_filter(store)
    view = View(
        read_choice("measure", (*MEASURES, *HOT_MEASURES), DEFAULT_MEASURE),
        read_choice("level", levels, levels[-1]),
        read_choice("compare", COMPARISONS, COMPARISONS[0]),
        request.args.get("second") or None,
        request.args.get("areas") or None,
    )
    return answer_file(
        store,
        ending,
        "map-areas",
        export_name(store, wanted, ending, what="map-areas"),
        lambda: painted_table(store, wanted, view),
    )


@routes.get(f"/export/repeat-places.{_ENDING}")
def repeat_places(ending: str) -> Response:
    store = current_store()
    wanted, language = read_filter(store), read_language(store.reference())
    at_least = AT_LEAST
    if request.args.get("at_least"):
        at_least = read_int("at_least", low=2, high=_MOST_TIMES)
    return answer_file(
        store,
        ending,
        "repeat-places",
        export_name(store, wanted, ending, what="repeat-places"),
        lambda: repeat_place_table(store, wanted, at_least=at_least, language=language),
    )


@routes.get(f"/export/layers/<code>.{_ENDING}")
def city_layer(code: str, ending: str) -> Response:
    """The version in force."""
    store = current_store()
    language = read_language(store.reference())
    layer = find_layer(store, code)
    return answer_file(
        store,
        ending,
        layer.code,
        f"{layer.code}.{ending}",
        lambda: layer_table(store, layer, layer.version, language),
    )
