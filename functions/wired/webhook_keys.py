"""What webhooks are signed with, built once: few functions need cryptography."""

import wiring
from adapters.signatures import Signatures
from once import once


@once
def signer() -> Signatures:
    secret = wiring.client("secretsmanager").get_secret_value(SecretId=wiring.setting("WEBHOOK_MASTER_SECRET"))
    return Signatures(secret["SecretString"].encode())
