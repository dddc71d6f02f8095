"""The signatures of Standard Webhooks 1.0: v1 by its own library, v1a (ed25519) by cryptography."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from cavendish.webhook.secret import signing_seed, tenant_secret


class Signatures:
    """The port Signer. `master` is the deployment's one secret, from which its keys are derived."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._key = Ed25519PrivateKey.from_private_bytes(signing_seed(master))

    def sign(self, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
        # In UTC: the library takes the hour as it stands, whatever zone it is of.
        at, text = datetime.fromtimestamp(timestamp, UTC), body.decode()
        symmetric = [Webhook(secret).sign(message_id, at, text) for secret in secrets]
        return " ".join([*symmetric, sign_v1a(self._key, message_id, timestamp, body)])

    def tenant_secret(self, tenant: str, version: int) -> str:
        return tenant_secret(self._master, tenant, version)

    def public_key(self) -> str:
        return "whpk_" + base64.b64encode(self._key.public_key().public_bytes_raw()).decode()


def sign_v1a(key: Ed25519PrivateKey, message_id: str, timestamp: int, body: bytes) -> str:
    signature = key.sign(b"%b.%d.%b" % (message_id.encode(), timestamp, body))
    return "v1a," + base64.b64encode(signature).decode()
