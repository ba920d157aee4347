"""What a complaint shows: photos kept here as small pictures, everything else as plain links."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dash import html

from data.i18n import gettext as _
from data.photos import is_kept_here, small_address


def photo_strip(
    media_urls: tuple[str, ...],
    *,
    uses: Mapping[str, tuple[str, ...]] | None = None,
    at_most: int | None = None,
) -> html.Ul | None:
    """Small pictures that open the whole photo; None where there are none.

    `uses` adds under each photo the other complaints that came with it. Photos beyond `at_most`
    are only counted.
    """
    addresses = [url for url in media_urls if is_kept_here(url)]
    if not addresses:
        return None
    shown = addresses[:at_most]
    more = len(addresses) - len(shown)
    return html.Ul(
        [
            *[
                html.Li(
                    [_picture(address, number, len(addresses)), _uses((uses or {}).get(address))]
                )
                for number, address in enumerate(shown, 1)
            ],
            *([html.Li(f"+{more}", className="photo-more")] if more else []),
        ],
        className="photo-strip",
        **{"aria-label": _("Photos")},
    )


def media_links(media_urls: tuple[str, ...]) -> list[html.P]:
    """Addresses on other servers: shown by their host, fetched only by who follows them."""
    return [
        html.P(
            html.A(
                urlsplit(url).netloc or url,
                href=url,
                rel="noopener noreferrer nofollow",
                target="_blank",
                title=url,
            ),
            className="media",
        )
        for url in media_urls
        if urlsplit(url).scheme == "https"
    ]


def _picture(address: str, number: int, count: int) -> html.A:
    words = _("Photo {n} of {count} that came with the complaint").format(n=number, count=count)
    return html.A(
        _LazyImage(src=small_address(address), alt=words, className="photo", loading="lazy"),
        href=address,
        target="_blank",
        rel="noopener",
        title=_("Show the whole photo"),
    )


def _uses(others: tuple[str, ...] | None) -> html.P | None:
    if not others:
        return None
    links: list[Any] = [_("Also with complaint"), " "]
    for place, service_request_id in enumerate(others):
        links += [", "] if place else []
        links.append(html.A(service_request_id, href=f"/complaints/{service_request_id}"))
    return html.P(links, className="note photo-uses")


class _LazyImage(html.Img):
    """Dash's image passes `loading` on to the browser, but does not take it in Python."""

    def __init__(self, *, loading: str, **properties: Any) -> None:
        super().__init__(**properties)
        names: list[str] = [*html.Img(**properties)._prop_names, "loading"]
        self._prop_names = names
        self.loading = loading
