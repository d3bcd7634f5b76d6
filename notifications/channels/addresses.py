"""Where the webhook may reach: public addresses, and the private networks that the operator names.

A webhook to a private address would let whoever sets it speak to machines that only this server reaches. The address is
therefore checked when it is saved and again when something is sent, and the connection is made to the very address that
was checked, whatever the name answers a moment later (DNS rebinding).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from cases.errors import Invalid

PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")
ODD = re.compile(r"[\x00-\x20\x7f\\]")

Address = IPv4Address | IPv6Address


class ForbiddenAddress(Invalid):
    """An address that the webhook must not reach, or that cannot be understood or found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, faults={"url": [message]})


@dataclass(frozen=True)
class Endpoint:
    """An address that was checked: what the request says, and the machine that it goes to."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def checked(url: str) -> Endpoint:
    """The endpoint of an address, resolved once; raises ForbiddenAddress where any of its machines is out of bounds."""
    if ODD.search(url):
        raise _unreadable()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unreadable() from None
    if parts.scheme not in PORTS or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise _unreadable()
    host = _ascii(parts.hostname)
    port = PORTS[parts.scheme] if port is None else port
    addresses = _resolved(host, port)
    for address in addresses:
        if not allowed(address):
            raise ForbiddenAddress(
                "private_address",
                _("%(host)s leads to %(address)s, which is not a public address. The operator can allow its network.")
                % {"host": parts.hostname, "address": address},
            )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, host, port, path, str(addresses[0]))


def allowed(address: Address) -> bool:
    """Whether a machine may be reached: public, or in one of the networks that the operator names."""
    meant = _meant(address)
    if any(meant in network for network in settings.WEBHOOK_NETWORKS if network.version == meant.version):
        return True
    return meant.is_global and not meant.is_multicast and not meant.is_reserved


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and (address in NAT64 or 1 < int(address) < 2**32):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenAddress("unknown_host", _("There is no machine called %(host)s.") % {"host": host}) from None
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _ascii(host: str) -> str:
    try:
        return host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _unreadable() from None


def _unreadable() -> ForbiddenAddress:
    return ForbiddenAddress(
        "bad_webhook_address", _("Give an address such as https://gateway.example.cn/hook, without user or password.")
    )
