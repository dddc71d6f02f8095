"""Callers' keys: shown once, kept as a hash."""

import hashlib
from enum import StrEnum
from typing import Final

from cavendish.value import Value

PREFIX: Final = "cav_"
#: So much of a key's digest is its id: nobody can guess a key by it, and no two keys share one.
ID_LENGTH: Final = 12


class KeyState(StrEnum):
    """Whether a key opens anything."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Key(Value):
    """A key as it is kept. Times are seconds since the epoch; None: it does not expire."""

    digest: str
    tenant: str
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None

    @property
    def id(self) -> str:
        """What it is called where the key itself may not be shown."""
        return self.digest[:ID_LENGTH]

    def state(self, now: float) -> KeyState:
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.VALID if self.expires_at is None or now < self.expires_at else KeyState.EXPIRED

    def valid(self, now: float) -> bool:
        return self.state(now) is KeyState.VALID


def digest(secret: str) -> str:
    """What is kept of a key. Keys are random and long, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
