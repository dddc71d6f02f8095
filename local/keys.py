"""Callers' keys: made here, shown once, kept by the service as a hash."""

import secrets
import time
from typing import Annotated, Any

import boto3
import typer

from adapters.keys_table import KeysTable
from cavendish.key import PREFIX, Key, digest
from cavendish_client.say import say
from local.aws import Aws
from local.stack import Deployment

app = typer.Typer(help="The keys of those who may submit jobs.", no_args_is_help=True)

_DAY_S = 86_400


@app.callback()
def keys() -> None:
    """The keys of those who may submit jobs."""


@app.command()
def create(
    *,
    stack: Annotated[str, typer.Option(help="The name of the deployed stack.")] = "cavendish",
    tenant: Annotated[str, typer.Option(help="Whose jobs they are; tenants do not see each other's.")] = "default",
    days: Annotated[int | None, typer.Option(help="Days until the key expires; never by default.", min=1)] = None,
) -> None:
    """Make a key and show it, this once."""
    outputs = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    table = next(one["OutputValue"] for one in outputs if one["OutputKey"] == "JobsTable")
    expires_at = time.time() + days * _DAY_S if days else None
    say(make_key(boto3.client("dynamodb"), table, tenant=tenant, expires_at=expires_at))


def make_local_key(deployment: Deployment) -> str:
    """The key that `cavendish up` shows."""
    client = Aws(deployment.endpoint_url).client("dynamodb")
    return make_key(client, deployment.output("JobsTable"), tenant="local", expires_at=None)


def make_key(client: Any, table: str, *, tenant: str, expires_at: float | None) -> str:
    """Write a new key's hash; gives the key."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = Key(digest=digest(secret), tenant=tenant, created_at=time.time(), expires_at=expires_at)
    KeysTable(client, table).add(key)
    return secret
