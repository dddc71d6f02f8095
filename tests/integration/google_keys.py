"""Google's credentials as people keep them, whose tokens are given by a server of the test's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integration.sockets import Act, Server, Talk

AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/lambda/providers/aws"
VERIFY = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"


@cache
def private_key() -> str:
    """Of a service account that never was."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def service_account(url: str, **fields: Any) -> dict[str, Any]:
    """The JSON of a service account's key."""
    own = {
        "type": "service_account",
        "project_id": "zoo",
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": "painter@zoo.iam.gserviceaccount.com",
        "client_id": "2",
        "token_uri": f"{url}/token",
    }
    return {**own, **fields}


def workload_identity(url: str, **fields: Any) -> dict[str, Any]:
    """The JSON that `gcloud iam workload-identity-pools create-cred-config --aws` writes."""
    own = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request",
        "token_url": f"{url}/v1/token",
        "credential_source": {
            "environment_id": "aws1",
            "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
            "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
            "regional_cred_verification_url": VERIFY,
        },
    }
    return {**own, **fields}


def acting(url: str) -> dict[str, Any]:
    """The same, where the workload acts as a service account."""
    door = f"{url}/v1/projects/-/serviceAccounts/painter@zoo.iam.gserviceaccount.com:generateAccessToken"
    return workload_identity(url, service_account_impersonation_url=door)


def gives(document: object, status: str = "200 OK") -> Act:
    """Answers with this JSON."""
    return lambda talk: talk.answer(json.dumps(document).encode(), status=status)


def token(name: str, lasts_s: Any = 3600) -> Act:
    """Gives a token that is valid for so long."""
    return gives({"access_token": name, "expires_in": lasts_s, "token_type": "Bearer"})


def impersonated(name: str) -> Act:
    """Gives a service account's token for somebody else's."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    return gives({"accessToken": name, "expireTime": f"{ends:%Y-%m-%dT%H:%M:%SZ}"})


def page(status: str) -> Act:
    """Answers with a page of HTML."""

    def act(talk: Talk) -> None:
        talk.answer(b"<html>sorry</html>", status=status)

    return act


def asked(server: Server, nth: int = 0) -> tuple[str, dict[str, str]]:
    """The path and the form of a request for a token."""
    head, _, body = server.requests[nth].partition(b"\r\n\r\n")
    return head.split()[1].decode(), {name: value[0] for name, value in parse_qs(body.decode()).items()}


def signed(form: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The request to AWS that stands for its caller: its URL and its headers."""
    proof = json.loads(unquote(form["subject_token"]))
    return proof["url"], {one["key"].lower(): one["value"] for one in proof["headers"]}


Serve = Callable[..., Server]
