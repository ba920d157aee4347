"""What every exported file says of itself: what was asked, when it was seen, whose data it is."""

from collections.abc import Iterable
from datetime import datetime

from data.i18n import gettext as _
from data.i18n import use_language
from data.layers.catalogue import Layer, Version
from data.store import Store
from queries.filters import ComplaintFilter
from queries.layers.features import known_layers, layer_names
from queries.views import local_today
from reports.layer_file_parts import FileAbout


def about_complaints(
    store: Store, complaint_filter: ComplaintFilter, seen_at: datetime, language: str
) -> FileAbout:
    """Of a file of single complaints."""
    with use_language(language):
        name = _("Complaints")
    return about_result(store, complaint_filter, seen_at, language, name=name)


def about_result(
    store: Store,
    complaint_filter: ComplaintFilter,
    seen_at: datetime,
    language: str,
    *,
    name: str,
    description: str = "",
    layers: Iterable[str] = (),
    note: str = "",
    has_boundaries: bool = False,
) -> FileAbout:
    """Of a result: the sentence of the filter after `description`, the date seen, and the source
    and licence of the complaints, of the boundaries, and of each layer that it was made with:
    those the filter asks of, and `layers`.
    """
    reference = store.reference()
    sentence = complaint_filter.describe(
        reference, language, local_today(store), layer_names(store)
    )
    asked = [condition.layer for condition in complaint_filter.layer_conditions]
    used = dict.fromkeys([*asked, *layers])
    with use_language(language):
        origins = [_of_complaints(store)]
        if has_boundaries and reference.city.boundaries != "none":
            origins.append((_("District boundaries"), _boundaries(store), ""))
        known = known_layers(store)
        origins += [_of_layer(store, known[code], language) for code in used if code in known]
        unstated = _("not stated")
    return FileAbout(
        name=f"{reference.city.name}: {name}",
        description=". ".join(part for part in (description, sentence) if part),
        source="; ".join(f"{what}: {source or unstated}" for what, source, _licence in origins),
        licence="; ".join(f"{what}: {licence or unstated}" for what, _source, licence in origins),
        date=seen_at.astimezone(reference.city.time_zone),
        filter=complaint_filter.to_query(),
        note=note,
    )


def about_layer(store: Store, layer: Layer, version: Version, language: str) -> FileAbout:
    """Of a city layer as it is kept."""
    with use_language(language):
        approximate = _("Approximate.") if layer.about.is_approximate else ""
    text = store.reference().language_text(dict(layer.about.descriptions), language)
    return FileAbout(
        name=_named(store, layer, language),
        description=" ".join(part for part in (text, approximate) if part),
        source=layer.about.source,
        licence=layer.about.licence,
        date=version.created_at.astimezone(store.reference().city.time_zone),
    )


def _of_complaints(store: Store) -> tuple[str, str, str]:
    """What it is, where it comes from, and its licence."""
    city = store.reference().city
    source = city.attribution or city.name
    if city.demo:
        source = f"{source} ({_('demo data, made up')})"
    return _("Complaints"), source, city.licence


def _boundaries(store: Store) -> str:
    boundaries = store.reference().city.boundaries
    return _("schematic") if boundaries == "schematic" else boundaries


def _of_layer(store: Store, layer: Layer, language: str) -> tuple[str, str, str]:
    return _named(store, layer, language), layer.about.source, layer.about.licence


def _named(store: Store, layer: Layer, language: str) -> str:
    return store.reference().language_text(dict(layer.about.names), language) or layer.code
