"""The providers' keys, out of one secret: JSON with a field for each route."""

import json
from collections.abc import Callable
from typing import Any, Final

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

    def get(self, route: str) -> str:
        """The key of a route; an empty one if none is set."""
        if self._clock() - self._read_at > _FRESH_S or route not in self._keys:
            self._keys = _read(self._client.get_secret_value(SecretId=self._secret)["SecretString"])
            self._read_at = self._clock()
        return self._keys.get(route, "")


def _read(secret: str) -> dict[str, str]:
    """The keys; none, if the secret is not the JSON that it should be: an attempt says so then."""
    try:
        fields = json.loads(secret)
    except ValueError:
        return {}
    pairs = fields.items() if isinstance(fields, dict) else ()
    return {route: key.strip() for route, key in pairs if isinstance(key, str)}
