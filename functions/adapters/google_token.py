"""Google's credentials as they are kept: a service account or a workload identity, for which a token is given."""

import re
import threading
from typing import Any, Final

import httpx
from google.auth import aws
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport import Request, Response
from google.oauth2 import service_account

from cavendish.credential import Credential
from cavendish.errors import CallFailed, KeyRefused

_SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)
#: Where models are served that have no region of their own (google-genai 3.3.0).
_LOCATION: Final = "global"
#: For each of at most two requests: an attempt's time is not counted yet while it waits for its token.
_TIMEOUT_S: Final = 5.0
#: A project or a location as it may stand in an address.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}", re.ASCII)
#: What OAuth and Google call their refusals; the sentences around it may name accounts.
_REASON: Final = re.compile(r"\b(?:invalid|unauthorized|unsupported|access)_[a-z_]+|\bPERMISSION_DENIED\b", re.ASCII)


class GoogleToken:
    """One credential. Its token is asked for when it is needed, and again when it is about to expire.

    `kept` is the credential's own JSON, or {"credentials": that, "project": ..., "location": ...}.
    """

    def __init__(self, kept: dict[str, Any]) -> None:
        own = kept.get("credentials", kept)
        own = own if isinstance(own, dict) else {}
        self._credentials = _loaded(own)
        place = (kept.get("project") or own.get("project_id"), kept.get("location") or _LOCATION)
        project, location = (name if isinstance(name, str) and _NAME.fullmatch(name) else None for name in place)
        if project is None or location is None:
            raise KeyRefused('the credentials name no project; keep them as {"project": ..., "credentials": ...}')
        self._account = f"projects/{project}/locations/{location}"
        self._lock = threading.Lock()
        self._asked = 0
        self._failure: KeyRefused | CallFailed | None = None

    def credential(self) -> Credential:
        """A token that is valid now. Raises KeyRefused, CallFailed."""
        asked = self._asked
        with self._lock:
            # Who waited while another asked takes what came of it: ten that ask in turn would wait ten times as long.
            if not self._credentials.valid and self._asked == asked:
                self._failure = self._refresh()
                self._asked += 1
            if self._failure:
                raise self._failure from None
            return Credential(self._credentials.token, kind="token", account=self._account)

    def _refresh(self) -> KeyRefused | CallFailed | None:
        """Ask for a token; gives why there is none."""
        try:
            self._credentials.refresh(_Transport())
        except GoogleAuthError as error:
            if isinstance(error, TransportError) or error.retryable:
                return CallFailed("connection_lost", sent=False, detail=f"Google gave no token now: {error}"[:300])
            reason = _REASON.search(str(error))
            told = reason[0] if reason else type(error).__name__
            return KeyRefused(f"Google gave no token for the credentials: {told}")
        except (ValueError, TypeError, LookupError, AttributeError):
            self._credentials.token = None
        if not isinstance(self._credentials.token, str):
            return CallFailed("garbled", sent=False, detail="what Google gave for a token cannot be read")
        return None


def _loaded(own: dict[str, Any]) -> Any:
    """The credentials, of one of two kinds: Google's own loader asks for the project too, with a client of its own."""
    kind = own.get("type")
    try:
        if kind == "service_account":
            return service_account.Credentials.from_service_account_info(own, scopes=_SCOPES)  # type: ignore[no-untyped-call]
        if kind == "external_account" and "aws" in str(own.get("subject_token_type")):
            return aws.Credentials.from_info(own, scopes=_SCOPES)  # type: ignore[no-untyped-call]
    except Exception as error:  # what is made of a key that is none is anybody's guess
        raise KeyRefused(f"the credentials cannot be read: {type(error).__name__}") from None
    raise KeyRefused("the credentials are neither a service account's nor those of a workload identity on AWS")


class _Transport(Request):
    """What google-auth asks with; its own ways bring requests, which nothing else here needs."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        timeout: float | None = _TIMEOUT_S,
        **_: Any,
    ) -> "_Answer":
        try:
            with httpx.Client(trust_env=False, timeout=timeout) as client:
                answer = _Answer(client.request(method, url, content=body, headers=headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransportError(type(error).__name__) from None  # type: ignore[no-untyped-call]
        # google-auth would ask three times here, or take it for a refusal; an attempt is repeated by its policy.
        if answer.status == 429 or answer.status >= 500:
            raise TransportError(f"HTTP {answer.status}")  # type: ignore[no-untyped-call]
        return answer


class _Answer(Response):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Any:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.content
