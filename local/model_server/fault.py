"""A call that ends in an error, in the envelope of whichever provider is spoken."""

import math
from collections.abc import Mapping
from typing import Any

PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"


class Fault(Exception):
    """`status` is HTTP's; a provider that hides its errors has 200 there."""

    def __init__(self, status: int, envelope: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(envelope))
        self.status = status
        self.envelope = envelope
        self.headers = dict(headers or {})


def retry_after(seconds: float | None) -> dict[str, str]:
    """The header, which has whole seconds."""
    return {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
