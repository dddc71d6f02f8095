"""Callers' keys: shown once, kept as a hash."""

import hashlib
from typing import Final

from cavendish.value import Value

PREFIX: Final = "cav_"


class Key(Value):
    """A key as it is kept. Times are seconds since the epoch; None: it does not expire."""

    digest: str
    tenant: str
    created_at: float
    expires_at: float | None = None

    def valid(self, now: float) -> bool:
        return self.expires_at is None or now < self.expires_at


def digest(secret: str) -> str:
    """What is kept of a key. Keys are random and long, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
