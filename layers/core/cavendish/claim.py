"""Claims: who submits twice under one key, or the same body within a window, has submitted once.

Idempotency-Key follows draft-ietf-httpapi-idempotency-key-header-07: a key belongs to one tenant and one request.
"""

import hashlib
import json
import re
from typing import Final

from cavendish.errors import KeyMalformed, RequestFault
from cavendish.request import JobRequest
from cavendish.value import Value

#: How long a key stands for its job, in seconds.
KEY_HOLDS_S: Final = 86_400

#: Visible ASCII, as a bare word or as the quoted string of RFC 8941 that the draft asks for.
KEY: Final = re.compile(r'"([\x20\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')


class Claim(Value):
    """A row that says: this name stands for that job. Times are seconds since the epoch."""

    #: Unguessable from outside and without the key in it.
    digest: str
    #: What the request was that took the claim.
    fingerprint: str
    job_id: str
    expires_at: float


def read_key(header: str) -> str:
    """The key of an Idempotency-Key header, quoted or bare. Raises KeyMalformed."""
    found = KEY.fullmatch(header.strip())
    if found is None:
        detail = "Idempotency-Key must be 1 to 255 characters of visible ASCII, such as a UUID"
        raise KeyMalformed([RequestFault("/Idempotency-Key", detail, "header")])
    return found[1] or found[2]


def fingerprint(request: Value) -> str:
    """The same for the same request, however its JSON was written. ASCII: what was sent may be no UTF-8."""
    return _hash(json.dumps(request.model_dump(exclude={"dedupe_window_s"}), sort_keys=True))


def by_key(key: str, request: Value, *, tenant: str, job_id: str, now: float) -> Claim:
    """The claim of a caller's key."""
    digest = _hash("key", tenant, key)
    return Claim(digest=digest, fingerprint=fingerprint(request), job_id=job_id, expires_at=now + KEY_HOLDS_S)


def by_body(request: JobRequest, *, tenant: str, job_id: str, now: float) -> Claim:
    """The claim of the body itself, for as long as the caller wants no second job of it."""
    same = fingerprint(request)
    until = now + (request.dedupe_window_s or 0)
    return Claim(digest=_hash("body", tenant, same), fingerprint=same, job_id=job_id, expires_at=until)


def _hash(*parts: str) -> str:
    """Each part with its length, so that no two lists of parts give the same text."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
