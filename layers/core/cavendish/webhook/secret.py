"""Secrets that webhooks are signed with, as Standard Webhooks 1.0 writes them. Signs nothing itself."""

import base64
import hashlib
import hmac
from typing import Final

from pydantic import Field

from cavendish.value import Value

PREFIX: Final = "whsec_"
#: The standard wants 24 to 64; a hash of SHA-256 has as many.
SECRET_BYTES: Final = 32
#: So many secrets sign at once at most, however often they are rotated in a day: their header has one kilobyte then.
SECRETS: Final = 20
#: After a rotation the old secret signs too for this long, in seconds: so long a receiver has time to change over.
OVERLAP_S: Final = 86_400


class SigningSecret(Value):
    """A secret of an endpoint; None: it has no end yet. Seconds since the epoch."""

    secret: str = Field(repr=False)
    until: float | None = None

    def signs(self, now: float) -> bool:
        return self.until is None or now < self.until


class TenantSecret(Value):
    """Which version of its default secret a tenant has come to. The secret itself is kept nowhere: it is derived."""

    tenant: str
    version: int = 1
    #: Until when the versions before it sign too, newest first.
    until: tuple[float, ...] = ()

    def versions(self, now: float) -> tuple[int, ...]:
        """Those that sign, newest first."""
        before = (self.version - n for n, until in enumerate(self.until, start=1) if now < until)
        return (self.version, *before)

    def rotated(self, now: float) -> "TenantSecret":
        """The next version; those before it sign as long as was promised."""
        left = [until for until in self.until if now < until]
        until = (now + OVERLAP_S, *left)[: SECRETS - 1]
        return TenantSecret(tenant=self.tenant, version=self.version + 1, until=until)


def secret_of(randomness: bytes) -> str:
    """The secret of so many random bytes."""
    if len(randomness) != SECRET_BYTES:
        raise ValueError(f"a secret is {SECRET_BYTES} bytes")
    return PREFIX + base64.b64encode(randomness).decode()


def tenant_secret(master: bytes, tenant: str, version: int) -> str:
    """A tenant's default secret. Who knows it knows no other one, and not the master."""
    return secret_of(_derived(master, f"webhook|{tenant}|{version}"))


def signing_seed(master: bytes) -> bytes:
    """The seed of the deployment's ed25519 key."""
    return _derived(master, "v1a")


def _derived(master: bytes, purpose: str) -> bytes:
    return hmac.new(master, purpose.encode(), hashlib.sha256).digest()
