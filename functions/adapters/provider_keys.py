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
#: What could not be read is asked for again after so many seconds: whoever asks waits for an answer that may not come.
_AGAIN_S: Final = 30


class ProviderKeys:
    """Reads the secret at most once in a while. `failed` hears of it where that fails and known keys go on."""

    def __init__(
        self, client: Any, secret: str, clock: Callable[[], float], failed: Callable[[Exception], None]
    ) -> None:
        self._client = client
        self._secret = secret
        self._clock = clock
        self._failed = failed
        self._keys: dict[str, str] | None = None
        self._look_at = float("-inf")
        self._tokens: dict[str, GoogleToken] = {}

    def get(self, route: str) -> Credential | None:
        """What opens a route's door, None if no key is set. Raises KeyRefused, CallFailed."""
        key = self._known(route).get(route)
        if not key:
            return None
        return self._token(key).credential() if key.startswith("{") else Credential(key)

    def routes(self) -> frozenset[str]:
        """The routes for which a key is set."""
        return frozenset(self._known())

    def _known(self, route: str | None = None) -> dict[str, str]:
        """All keys. Raises what AWS raises, but only where there are none yet, or none for the route."""
        known = self._keys
        if known is None or (route is not None and route not in known):
            return self._look()
        if self._clock() <= self._look_at:
            return known
        # Other threads that come meanwhile go on with what is known, and do not wait.
        self._look_at = self._clock() + _AGAIN_S
        try:
            return self._look()
        except Exception as error:  # a key that may have been replaced is better than a call that is not made
            self._failed(error)
            self._look_at = self._clock() + _AGAIN_S
            return known

    def _look(self) -> dict[str, str]:
        keys = _read(self._client.get_secret_value(SecretId=self._secret)["SecretString"])
        self._keys, self._look_at = keys, self._clock() + _FRESH_S
        return keys

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
