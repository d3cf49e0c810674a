"""Which addresses a step may talk to, and which keys it may show there. Pure: names are resolved elsewhere.

A workflow can come from anybody who may save one; the service's machine often sees more than they do (a cloud's
metadata service, databases, routers). So steps reach public addresses, and those private ones that the service's owner
names.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IPv6 forms that carry an IPv4 address a gateway may connect to (prefix, bits to the right of the IPv4 address).
_CARRIERS: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, RFC 4291 2.5.5.1
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped, RFC 4291 2.5.5.2
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 2765
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that IANA has given to the public internet
_NEVER: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890; older Pythons know only a part of it
    ipaddress.IPv6Network("2001::/32"),  # Teredo: a tunnel to whoever runs its relay
    ipaddress.IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
_ISATAP = 0x5EFE  # RFC 5214: ::0:5efe:a.b.c.d and ::200:5efe:a.b.c.d in the lower half


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, whatever it carries inside."""
    if isinstance(address, ipaddress.IPv6Address):
        address = ipaddress.IPv6Address(int(address))  # without its zone
        for network, shift in _CARRIERS:
            if address in network:
                return is_public(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF))
        if int(address) >> 32 & 0xFFFF == _ISATAP and not is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)):
            return False
        if address not in _GLOBAL_V6:
            return False
    inside = any(address.version == network.version and address in network for network in _NEVER)
    return address.is_global and not address.is_multicast and not inside


@dataclass(frozen=True)
class Allowed:
    """A private network that steps may reach; `port` None means every port."""

    network: Network
    port: int | None

    @classmethod
    def of(cls, text: str) -> Self:
        """From `10.0.0.0/8`, `127.0.0.1`, `127.0.0.1:8000`, `[::1]:8000`. Raises ValueError."""
        address, port = text.strip(), None
        if address.startswith("["):
            address, closed, rest = address[1:].partition("]")
            if not closed or (rest and not rest.startswith(":")):
                raise ValueError(f"{text!r} has no end of its brackets")
            port = rest.removeprefix(":") or None
        elif address.count(":") == 1:
            address, _, port = address.partition(":")
        if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
            raise ValueError(f"{port!r} is no port")
        return cls(ipaddress.ip_network(address), None if port is None else int(port))

    def covers(self, address: Address, port: int) -> bool:
        """Whether this entry lets a connection pass."""
        return address.version == self.network.version and address in self.network and self.port in (None, port)


_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,254})(?:@([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]))?")
_PRIVATE = ("RUNWRIGHT_", "PG", "DATABASE_URL")


@dataclass(frozen=True)
class KeyVariable:
    """A variable of the server's environment that holds a key; `host` None lets the key go to any server."""

    name: str
    host: str | None

    @classmethod
    def of(cls, text: str) -> Self:
        """From `OPENAI_API_KEY` or `OPENAI_API_KEY@api.openai.com`. Raises ValueError."""
        match = _VARIABLE.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no NAME and no NAME@host")
        name, host = match.groups()
        if name.startswith(_PRIVATE):
            raise ValueError(f"{name} belongs to the service or its database")
        return cls(name, None if host is None else host.strip("[]").lower())

    def covers(self, name: str, host: str) -> bool:
        """Whether the key of that name may be shown to that host."""
        return self.name == name and self.host in (None, host.strip("[]").lower())
