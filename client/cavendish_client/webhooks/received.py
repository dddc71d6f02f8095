"""What came to a receiver: read, verified or not, told in one line."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cavendish_client.webhooks.signature import NotVerified, verify

#: So much of a stranger's word is shown.
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message. `refusal` says why it was not verified; then nothing else in it is to be believed."""

    at: float
    message_id: str
    type: str
    #: The id of the job, or of the endpoint, that it tells of.
    subject: str
    status: str
    #: When what it tells of happened, RFC 3339.
    timestamp: str
    refusal: str | None

    def line(self, *, again: bool = False) -> str:
        verdict = f"not verified: {self.refusal}" if self.refusal else "verified"
        parts = (self.type, self.subject, self.status, verdict + (", again" if again else ""))
        return "  ".join(_plain(part) for part in parts)


def received(key: bytes, headers: Mapping[str, str], body: bytes) -> Received:
    """Read a message, and verify it at this moment."""
    now, refusal = time.time(), None
    try:
        verify(key, headers, body, now)
    except NotVerified as error:
        refusal = str(error)
    message = _fields(body)
    data = message.get("data")
    data = data if isinstance(data, dict) else {}
    return Received(
        at=now,
        message_id=headers.get("webhook-id") or "",
        type=_text(message, "type"),
        subject=_text(data, "id"),
        status=_text(data, "status"),
        timestamp=_text(message, "timestamp"),
        refusal=refusal,
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value else "-"


def _plain(words: str) -> str:
    """Nothing that would move a terminal's cursor."""
    return "".join(one if one.isprintable() else "\ufffd" for one in words[:_SHOWN])
