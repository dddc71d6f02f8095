"""The routes of what signs: a tenant's default secret, and the deployment's public keys, which need no key."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import caller
from api.answers import json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

#: The same for everybody until the deployment's secret is replaced.
_KEEP = {"Cache-Control": "public, max-age=300"}


@router.get("/v1/webhooks/secret")
def read_secret() -> Response[str]:
    from api import secrets_desk

    return json_answer(200, secrets_desk.read(caller.tenant(router)))


@router.post("/v1/webhooks/secret/rotate")
def rotate_secret() -> Response[str]:
    from api import secrets_desk

    return json_answer(200, secrets_desk.rotate(caller.tenant(router)))


@router.get("/.well-known/webhook-keys")
def read_keys() -> Response[str]:
    from api import secrets_desk

    return json_answer(200, secrets_desk.public(), _KEEP)
