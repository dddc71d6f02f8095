"""Which URLs of others may be opened: the rules for their text, for what they resolve to, and for where they redirect.

Opens and resolves nothing itself (functions/adapters/safe_fetch.py does).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from cavendish.errors import AddressRefused
from cavendish.web.public_ip import is_public

MAX_CHARS: Final = 2048
#: So many redirects of a download are followed; of a webhook none.
MAX_REDIRECTS: Final = 3

_LOCAL_HOSTS: Final = ("127.0.0.1", "localhost")
_LOOPBACK: Final = ("127.0.0.1", "::1")
_PORTS: Final = {"https": 443, "http": 80}
_REDIRECTS: Final = (301, 302, 303, 307, 308)

#: RFC 3986, and in path and query also [, ] and |, which many leave unescaped. No user, no fragment, no backslash, no
#: empty port: nothing that two parsers could read as two hosts.
_IN_PATH: Final = r"[A-Za-z0-9._~!$&'()*+,;=:@/\[\]|-]|%[0-9A-Fa-f]{2}"
_URL: Final = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    rf"(?P<path>/(?:{_IN_PATH})*)?(?P<query>\?(?:{_IN_PATH}|\?)*)?",
    re.ASCII | re.IGNORECASE,
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
#: What ends in a number is no name: some resolvers would read it as one, octal, hex, or with parts left out.
_NAME: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?=[a-z]){_LABEL}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9.]+", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A URL whose text may be opened; what its host resolves to is still to be checked."""

    scheme: str
    #: In lower case; an IPv6 number without brackets.
    host: str
    port: int
    #: Path and query, as they go out.
    target: str

    @property
    def local(self) -> bool:
        """Whether it leads to this machine, which the local run alone may do."""
        return self.scheme == "http"

    @property
    def authority(self) -> str:
        """Host, and port unless it is the scheme's own, as the header Host has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def checked(self, resolved: Iterable[str]) -> tuple[str, ...]:
        """The IP numbers that the host resolved to, if every one of them may be connected to. Raises AddressRefused."""
        numbers = tuple(dict.fromkeys(resolved))
        allowed = _LOOPBACK.__contains__ if self.local else is_public
        if not numbers or not all(allowed(number) for number in numbers):
            raise AddressRefused
        return numbers

    def following(self, status: int, headers: Mapping[str, str]) -> "WebAddress | None":
        """Where an answer redirects to; None if it does not. Raises AddressRefused.

        Only what is local itself may redirect to this machine: else a stranger's server could reach into it.
        """
        location = headers.get("location")
        if status not in _REDIRECTS or location is None:
            return None
        return parse(self._absolute(location.partition("#")[0]), local_http=self.local)

    def _absolute(self, location: str) -> str:
        if _SCHEME.match(location):
            return location
        if location.startswith("//"):
            return f"{self.scheme}:{location}"
        origin, path = f"{self.scheme}://{self.authority}", self.target.partition("?")[0]
        if location.startswith("/"):
            return origin + location
        if location.startswith("?"):
            return origin + path + location
        return origin + _without_dots(path[: path.rindex("/") + 1] + location)


def parse(url: str, *, local_http: bool = False) -> WebAddress:
    """Read a URL that somebody gave. `local_http` lets http through to 127.0.0.1 and localhost, on any port.

    Else only https on port 443 passes. Raises AddressRefused.
    """
    parts = _URL.fullmatch(url) if len(url) <= MAX_CHARS else None
    if parts is None:
        raise AddressRefused
    scheme, host = parts["scheme"].lower(), _host(parts["host"].lower())
    local = local_http and scheme == "http" and host in _LOCAL_HOSTS
    if not local and (scheme != "https" or host == "localhost"):
        raise AddressRefused
    port = int(parts["port"] or _PORTS[scheme])
    if port > 65535 or (not local and port != _PORTS[scheme]):
        raise AddressRefused
    return WebAddress(scheme, host, port, (parts["path"] or "/") + (parts["query"] or ""))


def _host(text: str) -> str:
    """A name with a dot, localhost, or a number in its one canonical spelling. Raises AddressRefused."""
    try:
        if text.startswith("["):
            host = str(IPv6Address(text[1:-1]))
            canonical = host == text[1:-1]
        elif _NUMBER.fullmatch(text):
            host = str(IPv4Address(text))
            canonical = host == text
        else:
            host, canonical = text, text == "localhost" or _NAME.fullmatch(text) is not None
    except ValueError:
        raise AddressRefused from None
    if not canonical:
        raise AddressRefused
    return host


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept[-1:] = []
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)
