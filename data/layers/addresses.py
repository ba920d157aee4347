"""Where a remote layer may be fetched from: an address comes from people, and may mean harm.

A name may lead into the operator's own network, or change where it leads between two questions:
so it is resolved once, every answer is checked, and the connection goes to what was checked.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from data.layers.model import LayerError
from data.layers.shown_address import shown_address

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST = 2_000
SETTING = "PANTAU_PRIVATE_SOURCES"


@dataclass(frozen=True)
class Sources:
    """`private` are host names, addresses and networks of the operator's own that may be asked.

    `own_server` is the origin of this program, such as http://127.0.0.1:8050; addresses of layers
    that begin with a slash are there.
    """

    private: tuple[str, ...] = ()
    own_server: str | None = None

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(entry.lower().strip("[]") for entry in self.private)

    @cached_property
    def _networks(self) -> tuple[_Network, ...]:
        found = []
        for entry in self.private:
            try:
                found.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                continue  # a host name
        return tuple(found)

    def allows(self, host: str, address: _Address) -> bool:
        return (
            is_public(address)
            or host.lower() in self._names
            or any(address in network for network in self._networks)
        )


def check_url(url: str) -> str:
    """The address without what is around it. Raises LayerError; asks no name server."""
    url = url.strip()
    if len(url) > _LONGEST:
        raise LayerError(
            "the address is {n} letters long; {limit} are the limit", n=len(url), limit=_LONGEST
        )
    split_url(url)
    return url


def split_url(url: str) -> SplitResult:
    """Raises LayerError for what is no http(s) address of a host, or holds a password."""
    shown = repr(shown_address(url)[:200])
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise LayerError(
            "{address} is no web address: {reason}", address=shown, reason=error
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise LayerError(
            "{address} is no web address; it must begin with http:// or https://", address=shown
        )
    if parts.username is not None or parts.password is not None:
        raise LayerError("the address holds a password; leave it out, it would be shown to others")
    if not url.isprintable() or " " in url:
        raise LayerError(
            "{address} holds spaces or signs that no address has; mend it", address=shown
        )
    return parts


def own_path(url: str) -> bool:
    """Whether the address is a path of this program's own server."""
    return url.startswith("/") and not url.startswith("//")


def connect(host: str, port: int, sources: Sources, *, timeout: float) -> socket.socket:
    """A connection to the host. Raises LayerError for one that must not be asked, and OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not sources.allows(host, address):
            raise LayerError(
                "{host} is {ip}, which is not on the public internet; an operator can "
                "allow it by naming it in {setting}",
                host=host,
                ip=address,
                setting=SETTING,
            )
    return _first_that_answers(found, timeout)


def is_public(address: _Address) -> bool:
    """Whether anybody on the internet could ask it as well."""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if address in _NAT64:
            mapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if mapped is not None:
            return is_public(mapped)
        tunnels = (address.sixtofour, *(address.teredo or ()))
        if not all(is_public(end) for end in tunnels if end is not None):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _first_that_answers(
    found: Sequence[tuple[int, int, int, str, tuple]], timeout: float
) -> socket.socket:
    failure: OSError | None = None
    for family, kind, protocol, _, place in found:
        attempt = socket.socket(family, kind, protocol)
        try:
            attempt.settimeout(timeout)
            attempt.connect(place)
            return attempt
        except OSError as error:
            attempt.close()
            failure = error
    raise failure or OSError("its name leads nowhere")
