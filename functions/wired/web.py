"""The one way to URLs that a user gave, built once: few functions need it."""

import time
from typing import Final

import wiring
from adapters.safe_fetch import SafeFetch
from once import once

#: A caller waits while the name of a receiver is looked up.
_CHECK_S: Final = 3.0


@once
def web() -> SafeFetch:
    return SafeFetch(time.monotonic, local_http=wiring.setting("ALLOW_LOCAL_HTTP") == "true")


def check(url: str) -> None:
    """Whether it would be opened now. Raises AddressRefused."""
    web().check(url, limit_s=_CHECK_S)
