"""Whether a message is from who knows the secret: v1 of Standard Webhooks 1.0, with Python's own library."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from cavendish_client.told import Unable

PREFIX: Final = "whsec_"
#: A message may be so much older or newer than our clock, in seconds: who recorded one cannot send it again later.
TOLERANCE_S: Final = 300


class NotVerified(Exception):
    """The message may be anybody's; the text says why."""


def key_of(secret: str) -> bytes:
    """The bytes of a secret as the API gives it. Raises Unable."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise Unable(f"That is no secret: one begins with {PREFIX}, and base64 follows.")
    return key


def verify(key: bytes, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's webhook-id, if one of its signatures is the key's. Raises NotVerified."""
    values = [headers.get(f"webhook-{name}") or "" for name in ("id", "timestamp", "signature")]
    message_id, timestamp, signatures = values
    if not all(values):
        raise NotVerified("a header is missing")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise NotVerified("its timestamp is none")
    if abs(now - int(timestamp[:15])) > TOLERANCE_S:
        raise NotVerified(f"its timestamp is more than {TOLERANCE_S // 60} minutes off")
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(signed)
    if not any(hmac.compare_digest(one.encode(), expected) for one in signatures.split(" ")):
        raise NotVerified("no signature is of this secret")
    return message_id
