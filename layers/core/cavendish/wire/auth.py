"""How a key is shown at a provider's door."""

from cavendish.credential import Credential
from cavendish.errors import KeyRefused
from cavendish.route import Auth


def headers(auth: Auth, credential: Credential) -> dict[str, str]:
    """The header that shows it. Raises KeyRefused: a token of Google's is shown to nobody else."""
    if credential.kind == "token" and auth != "google":
        raise KeyRefused("Google's credentials were set for a route that takes a key")
    if auth == "bearer" or credential.kind == "token":
        return {"authorization": f"Bearer {credential.value}"}
    return {"x-goog-api-key": credential.value}
