"""One complaint: the card on the map, and its page with clocks and timeline."""

from datetime import datetime

from dash import dcc, html

from components.accountability import (
    accountable_words,
    handover_words,
    officer_words,
    working_time_note,
)
from components.basics import icon_button, status_mark
from components.photos import media_links, photo_strip
from components.repeats_view import people_tag, repeats_sheet
from components.words import event_word
from data.i18n import current_language, format_duration, format_instant
from data.i18n import gettext as _
from data.reference import Reference
from data.vocabulary import EventKind, Outcome
from queries.timeline import Clock, ComplaintView, EventView, SpellView


def complaint_card(view: ComplaintView, reference: Reference) -> html.Div:
    """What a click on a point shows: photos, but nothing of who reported it or what they wrote."""
    return html.Div(
        [
            html.Div(
                [
                    html.H3(_service(view, reference)),
                    icon_button("x-lg", _("Close"), id="card-close", className="small"),
                ],
                className="card-head",
            ),
            html.Div(
                [status_mark(view.status), _overdue(view), people_tag(view.repeated)],
                className="card-status",
            ),
            _facts(view, reference, is_short=True),
            photo_strip(view.media_urls, at_most=3),
            html.A(
                _("Open the complaint"),
                href=f"/complaints/{view.service_request_id}",
                className="card-link",
                **{"data-page": "complaint"},
            ),
        ],
        className="map-box complaint-card",
    )


def complaint_article(view: ComplaintView, reference: Reference) -> html.Article:
    """The whole page of one complaint. Texts from outside are only ever text."""
    return html.Article(
        [
            html.Header(
                [
                    html.P(
                        _("Complaint {id}").format(id=view.service_request_id), className="note"
                    ),
                    html.H2(_service(view, reference)),
                    html.Div(
                        [status_mark(view.status), _overdue(view), people_tag(view.repeated)],
                        className="card-status",
                    ),
                ],
                className="article-head",
            ),
            html.Div(
                [
                    html.Section(
                        [
                            html.H3(_("Facts")),
                            _facts(view, reference, is_short=False),
                        ],
                        className="sheet",
                    ),
                    html.Section(
                        [
                            html.H3(_("The citizen's clocks")),
                            _clock(_("Response"), view.response, reference),
                            _clock(_("Resolution"), view.resolution, reference),
                            working_time_note(view.response.calendar or view.resolution.calendar),
                        ],
                        className="sheet",
                    ),
                    html.Section(
                        [
                            html.H3(_("What was reported")),
                            html.P(view.description or _("No text."), className="description"),
                            photo_strip(view.media_urls, uses=view.photo_uses),
                            *media_links(view.media_urls),
                        ],
                        className="sheet",
                    ),
                    html.Section(
                        [
                            html.H3(_("Who was accountable")),
                            html.P(handover_words(view.handovers), className="note"),
                            *[_spell(spell, reference) for spell in view.spells],
                        ]
                        if view.spells
                        else [html.H3(_("Who was accountable")), html.P(_("Nobody yet."))],
                        className="sheet",
                    ),
                    repeats_sheet(view.repeated, reference),
                ],
                className="sheets",
            ),
            html.Section(
                [
                    html.H3(_("What happened")),
                    html.Ol(
                        [_event(event, reference) for event in view.events], className="timeline"
                    ),
                ],
                className="sheet",
            ),
        ],
        className="complaint",
    )


def unknown_complaint(service_request_id: str, reference: Reference) -> html.Div:
    return html.Div(
        [
            html.H2(_("No complaint {id}").format(id=service_request_id[:64])),
            html.P(
                _("{city} knows no complaint with this number. Check it and try again.").format(
                    city=reference.city.name
                )
            ),
        ],
        className="empty-page",
        role="status",
    )


def look_up(service_request_id: str = "") -> html.Form:
    """Asks for a number; assets/66-desk.js goes to its page."""
    return html.Form(
        [
            html.Label(_("Number of the complaint"), htmlFor="look-up-id"),
            html.Div(
                [
                    dcc.Input(
                        id="look-up-id",
                        type="text",
                        value=service_request_id,
                        maxLength=64,
                        autoComplete="off",
                        className="text-input",
                    ),
                    html.Button(_("Look up"), type="submit", className="button"),
                ],
                className="look-up-line",
            ),
        ],
        id="look-up",
        className="look-up",
    )


def _service(view: ComplaintView, reference: Reference) -> str:
    return reference.language_text(view.service.names, current_language())


def _overdue(view: ComplaintView) -> html.Span | None:
    return html.Span(_("overdue"), className="tag overdue-tag") if view.is_overdue else None


def _facts(view: ComplaintView, reference: Reference, *, is_short: bool) -> html.Dl:
    place = ", ".join(district.name for district in reversed(view.districts))
    facts = [
        (_("Received"), _when(view.requested_at, reference)),
        (_("Place"), place or _("no place given")),
        (_("Unit"), view.unit.name if view.unit else _("Nobody yet.")),
    ]
    due = view.resolution.due_at
    if due is not None:
        facts.append((_("To be resolved by"), _when(due, reference)))
    if not is_short:
        facts.append((_("Channel"), view.channel.name))
        facts.append((_("Last change"), _when(view.updated_at, reference)))
        if view.address:
            facts.append((_("Address"), view.address))
        if view.rating is not None:
            facts.append((_("Rating"), _stars(view.rating)))
    return html.Dl(
        [part for term, words in facts for part in (html.Dt(term), html.Dd(words))],
        className="facts",
    )


def _clock(title: str, clock: Clock, reference: Reference) -> html.Div:
    words = {
        Outcome.OPEN: _("running for {duration}"),
        Outcome.EVENT: _("after {duration}"),
        Outcome.REJECTED: _("ended by rejection after {duration}"),
        Outcome.HANDED_OVER: _("handed on after {duration}"),
    }[clock.outcome].format(duration=format_duration(clock.seconds))
    promise = {
        "none": ("", ""),
        "not_due": (_("not yet due"), ""),
        "met": (_("✓ on time"), "better"),
        "missed": (_("✕ late"), "worse"),
    }[clock.promise]
    due = clock.due_at
    due_words = _("due {instant}, in working time") if clock.calendar else _("due {instant}")
    return html.Div(
        [
            html.Span(title, className="clock-title"),
            html.Span(words, className="clock-words"),
            html.Span(promise[0], className=f"tag {promise[1]}") if promise[0] else None,
            html.Span(due_words.format(instant=_when(due, reference)), className="note")
            if due
            else None,
        ],
        className="clock-line",
    )


def _spell(spell: SpellView, reference: Reference) -> html.Div:
    end = _when(spell.ended_at, reference) if spell.ended_at else _("now")
    return html.Div(
        [
            html.P(spell.unit.name, className="spell-unit"),
            html.P(officer_words(spell.officers, reference), className="spell-officer"),
            html.P(f"{_when(spell.started_at, reference)} – {end}", className="note"),
            _clock(_("Response"), spell.response, reference),
            _clock(_("Resolution"), spell.resolution, reference),
        ],
        className="spell",
    )


def _event(event: EventView, reference: Reference) -> html.Li:
    details = [accountable_words(event)]
    stars = event.data.get("stars")
    if event.kind == EventKind.RATED and isinstance(stars, int):
        details.append(_stars(stars))
    return html.Li(
        [
            html.Span(_when(event.at, reference), className="timeline-when"),
            html.Span(event_word(event.kind), className="timeline-what"),
            html.Span(" · ".join(details), className="note"),
            html.P(event.note, className="timeline-note") if event.note else None,
        ],
        className=f"timeline-event kind-{event.kind.value}",
    )


def _stars(stars: int) -> str:
    return "★" * stars + "☆" * (5 - stars) + f" ({stars}/5)"


def _when(instant: datetime, reference: Reference) -> str:
    return format_instant(instant, reference.city.time_zone, reference.city.zone_abbreviation)
