"""Names of hosts become addresses that may be connected to.

Every connection is checked after its name is resolved, and made to the very address that was checked: a name that
resolves to something else a moment later gains nothing.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence

from application.egress import Address, Allowed, is_public
from infrastructure.workers.step import StepRefused


def resolve(host: str, port: int, allowed: Iterable[Allowed]) -> list[Address]:
    """Every address of a host, all of them checked, in the resolver's order.

    Raises StepRefused: nothing has that name, or one of its addresses is private and not allowed. One is enough:
    whoever answers for the name decides which of them is used.
    """
    entries = list(allowed)
    addresses: list[Address] = []
    for address in _lookup(host, port):
        if not is_public(address) and not any(entry.covers(_plain(address), port) for entry in entries):
            raise StepRefused(
                "http_private_address",
                f"{host} is {address}, an address of a private network; steps may not connect there.",
                f"If it is meant, name it in the setting http_allowed of the service, for example {address}:{port}.",
                kind="PrivateAddress",
                category="permission",
            )
        addresses.append(address)
    return addresses


def _plain(address: Address) -> Address:
    """An IPv4 address written as IPv6 is looked up as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _lookup(host: str, port: int) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise StepRefused(
            "http_unknown_host",
            f"The name {host} cannot be resolved: {error.strerror if isinstance(error, OSError) else error}.",
            "Check the host in the URL, and that this machine can resolve names.",
            kind="UnknownHost",
            category="infrastructure",
            retryable=True,
        ) from None
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0])) for entry in found))
