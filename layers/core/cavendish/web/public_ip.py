"""Which IP numbers belong to the public internet.

Written out, and not left to `is_global` alone, whose answer depends on the release of Python.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_CLOSED_V4: Final = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier's NAT; Alibaba's metadata
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # Azure's metadata, though the number is public
        "169.254.0.0/16",  # link; AWS's metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
#: All that is handed out. Outside of it: ::1, IPv4-mapped and -compatible, NAT64, fc00::/7, fe80::/10, multicast.
_OPEN_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols; Teredo, which carries an IPv4 number
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 number
        "3fff::/20",  # documentation
    )
]


def is_public(text: str) -> bool:
    """Whether this is an IP number that anybody's machine may have. One with a zone, or that is none, is not."""
    try:
        number = ip_address(text)
    except ValueError:
        return False
    return number.is_global and (_open_v4(number) if isinstance(number, IPv4Address) else _open_v6(number))


def _open_v4(number: IPv4Address) -> bool:
    return not any(number in network for network in _CLOSED_V4)


def _open_v6(number: IPv6Address) -> bool:
    return number.scope_id is None and number in _OPEN_V6 and not any(number in network for network in _CLOSED_V6)
