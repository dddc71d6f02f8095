"""Signatures, against the vectors of Standard Webhooks' own libraries, their verifiers, svix's and cryptography's."""

import base64
import json
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from svix.webhooks import Webhook as SvixWebhook
from svix.webhooks import WebhookVerificationError as SvixVerificationError

from adapters.signatures import Signatures, sign_v1a
from cavendish.webhook.secret import secret_of
from tests.webhook_fakes import FakeSigner

SIGNER = Signatures(b"master")
#: github.com/standard-webhooks/standard-webhooks: libraries/python/tests/test_webhooks.py, test_sign_function, and
#: libraries/go/webhook_asymmetric_test.go, TestAsymmetricWebhookSign. The document of the standard has no vector for
#: v1a whose key it tells.
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SECRET, V1 = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SEED = "VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
V1A = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="

SECRETS = st.lists(st.binary(min_size=32, max_size=32).map(secret_of), min_size=1, max_size=5, unique=True)
IDS = st.from_regex(r"msg_[0-9A-Z]{26}_[0-9]{6}", fullmatch=True)
#: The library gives back what it verifies as JSON, so that a body has to be some.
BODIES = st.text(max_size=200).map(json.dumps).map(str.encode)


def headers(message_id: str, at: int, signature: str) -> dict[str, str]:
    return {"webhook-id": message_id, "webhook-timestamp": str(at), "webhook-signature": signature}


def verify_v1a(message_id: str, at: int, body: bytes, signature: str) -> None:
    """As a receiver would that knows the public key. Raises InvalidSignature."""
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(SIGNER.public_key().removeprefix("whpk_")))
    (asymmetric,) = [one for one in signature.split(" ") if one.startswith("v1a,")]
    public.verify(base64.b64decode(asymmetric.removeprefix("v1a,")), b"%b.%d.%b" % (message_id.encode(), at, body))


def test_v1_is_that_of_the_standards_vector() -> None:
    assert SIGNER.sign(ID, AT, BODY, [SECRET]).split(" ")[0] == V1
    assert FakeSigner().sign(ID, AT, BODY, [SECRET]).split(" ")[0] == V1


def test_v1a_is_that_of_the_standards_vector() -> None:
    assert sign_v1a(Ed25519PrivateKey.from_private_bytes(base64.b64decode(SEED)), ID, AT, BODY) == V1A


@given(SECRETS, IDS, BODIES)
def test_every_signature_is_verified_by_each_secret_and_by_the_public_key(
    secrets: list[str], message_id: str, body: bytes
) -> None:
    at = int(time.time())
    signature = SIGNER.sign(message_id, at, body, secrets)

    assert [one.split(",")[0] for one in signature.split(" ")] == ["v1"] * len(secrets) + ["v1a"]
    for secret in secrets:
        Webhook(secret).verify(body, headers(message_id, at, signature))
        SvixWebhook(secret).verify(body, headers(message_id, at, signature))
    verify_v1a(message_id, at, body, signature)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_body_changed_by_one_byte_is_not_verified(content: bytes, data: st.DataObject) -> None:
    secret, at, body = secret_of(bytes(32)), int(time.time()), b'"' + content.hex().encode() + b'"'
    signature = SIGNER.sign(ID, at, body, [secret])
    place = data.draw(st.integers(1, len(body) - 2))
    changed = body[:place] + (b"x" if body[place : place + 1] != b"x" else b"y") + body[place + 1 :]

    Webhook(secret).verify(body, headers(ID, at, signature))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(changed, headers(ID, at, signature))
    with pytest.raises(SvixVerificationError):
        SvixWebhook(secret).verify(changed, headers(ID, at, signature))
    with pytest.raises(InvalidSignature):
        verify_v1a(ID, at, changed, signature)


@pytest.mark.parametrize("what", ["id", "timestamp", "secret"])
def test_what_is_signed_beside_the_body_cannot_be_changed_either(what: str) -> None:
    secret, at = secret_of(bytes(32)), int(time.time())
    told = headers(ID, at, SIGNER.sign(ID, at, b"{}", [secret]))
    changed = {"id": {"webhook-id": ID + "x"}, "timestamp": {"webhook-timestamp": str(at + 1)}}.get(what, {})
    other = secret_of(bytes(31) + b"x") if what == "secret" else secret

    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(b"{}", told | changed)


def test_where_a_machine_stands_changes_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert SIGNER.sign(ID, AT, BODY, [SECRET]).split(" ")[0] == V1
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_public_key_is_the_deployments_and_tells_no_secret() -> None:
    assert SIGNER.public_key().startswith("whpk_")
    assert len(base64.b64decode(SIGNER.public_key().removeprefix("whpk_"))) == 32
    assert SIGNER.public_key() == Signatures(b"master").public_key() != Signatures(b"other").public_key()
    assert SIGNER.tenant_secret("acme", 1) == FakeSigner().tenant_secret("acme", 1)
