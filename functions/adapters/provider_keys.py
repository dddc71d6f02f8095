"""The providers' keys, out of one secret: JSON with a field for each route."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from cavendish.credential import Credential

# It costs what a cold start costs, and few routes need it.
if TYPE_CHECKING:
    from adapters.google_token import GoogleToken

#: A new key is in use after this many seconds at most.
_FRESH_S: Final = 300


class ProviderKeys:
    """Reads the secret at most once in a while."""

    def __init__(self, client: Any, secret: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._secret = secret
        self._clock = clock
        self._keys: dict[str, str] = {}
        self._read_at = float("-inf")
        self._tokens: dict[str, GoogleToken] = {}

    def get(self, route: str) -> Credential | None:
        """What opens a route's door, None if no key is set. Raises KeyRefused, CallFailed."""
        self._refresh(needed=route not in self._keys)
        key = self._keys.get(route)
        if not key:
            return None
        return self._token(key).credential() if key.startswith("{") else Credential(key)

    def routes(self) -> frozenset[str]:
        """The routes for which a key is set."""
        self._refresh(needed=False)
        return frozenset(route for route, key in self._keys.items() if key)

    def _refresh(self, *, needed: bool) -> None:
        if needed or self._clock() - self._read_at > _FRESH_S:
            self._keys = _read(self._client.get_secret_value(SecretId=self._secret)["SecretString"])
            self._read_at = self._clock()

    def _token(self, kept: str) -> "GoogleToken":
        """The holder of a credential's token, the same for as long as the credential is."""
        if kept not in self._tokens:
            from adapters.google_token import GoogleToken  # noqa: PLC0415  # see above

            # Threads that come at the same time all take the first one's.
            self._tokens.setdefault(kept, GoogleToken(_fields(kept)))
        return self._tokens[kept]


def _read(secret: str) -> dict[str, str]:
    """The keys as text; none, if the secret is not the JSON that it should be: an attempt says so then."""
    texts = {route: key if isinstance(key, str) else json.dumps(key) for route, key in _fields(secret).items()}
    return {route: text.strip() for route, text in texts.items() if text.strip() not in ("", "null", "{}")}


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
