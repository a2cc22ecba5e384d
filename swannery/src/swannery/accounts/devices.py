"""What a request says of where it comes from: the browser, in words a person knows their device by, and the address."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}
BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}


def device_of(agent: str) -> str:
    """Return words a person knows their device by."""
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def address_of(client: str, *, forwarded: Sequence[str], trusted: Sequence[str]) -> str:
    """Return who asked: the client itself or, where that is a proxy of ours, the last address it forwards for that is none.

    `forwarded` are the X-Forwarded-For headers in their order. What stands left of the first address not trusted may be made up.
    """
    networks = [ipaddress.ip_network(text) for text in trusted]
    found = _address(client)
    named = [part for line in forwarded for part in line.split(",")]
    while found is not None and any(found in network for network in networks) and named:
        nearer = _address(named.pop())
        if nearer is None:
            break
        found = nearer
    return client if found is None else str(found)


def network_of(address: str) -> str:
    """Return what tries are counted by: an IPv4 address, of an IPv6 address the /64 that one customer has."""
    found = _address(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return address if found is None else str(found)


def _address(text: str) -> Address | None:
    """Read an address, perhaps with a port; IPv4 written as IPv6 is IPv4."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
