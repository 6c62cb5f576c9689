"""Where a host name leads."""

from __future__ import annotations

import ipaddress
import socket

from anime_shared.errors import WebhookFailed, WebhookRefused

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_literal(host: str) -> bool:
    """Whether a host is an address, or the name of this machine."""
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def public_address_of(host: str, port: int) -> str:
    """An address of ``host``; all that it has must be public.

    Raises:
        WebhookRefused: it leads into a private network.
        WebhookFailed: it leads nowhere.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise WebhookFailed("the webhook's host has no address") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise WebhookRefused("the webhook's host leads into a private network")
    return addresses[0]


def is_public(address: IpAddress) -> bool:
    """Whether anyone on the internet can reach it, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if any(address in network for network in _NOWHERE):
            return False
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# IPv4 addresses in wrappings that the internet doesn't carry, and a router here might.
_NOWHERE = (ipaddress.IPv6Network("::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
