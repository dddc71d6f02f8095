"""How a key is shown at a provider's door, and nowhere else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cavendish.catalog.route import Auth
from cavendish.credential import Credential
from cavendish.errors import KeyRefused
from cavendish.wire import Reading

#: A shorter key may be part of any word.
_SHORTEST: Final = 8


def headers(auth: Auth, credential: Credential) -> dict[str, str]:
    """The header that shows it. Raises KeyRefused: a token of Google's is shown to nobody else."""
    if credential.kind == "token" and auth != "google":
        raise KeyRefused("Google's credentials were set for a route that takes a key")
    if auth == "bearer" or credential.kind == "token":
        return {"authorization": f"Bearer {credential.value}"}
    return {"x-goog-api-key": credential.value}


def without_key(reading: Reading, shown: Mapping[str, str]) -> Reading:
    """An answer's words without the key that was shown: gateways repeat one that they refuse, and callers read it."""
    keys = [shown[name].removeprefix("Bearer ") for name in ("authorization", "x-goog-api-key") if name in shown]
    for key in keys:
        if len(key) >= _SHORTEST:
            reading = _without(reading, key)
    return reading


def _without(reading: Reading, key: str) -> Reading:
    said, note, hidden = reading.report, reading.note, "(key)"
    if said:
        said = said.model_copy(
            update={"detail": said.detail.replace(key, hidden), "unknown": said.unknown.replace(key, hidden)}
        )
    return replace(reading, report=said, note=note and note.replace(key, hidden))
