"""Keys of a deployment: its callers', made here, shown once, kept as a hash; and those it pays its providers with."""

import json
import secrets
import sys
import time
from typing import Annotated, Any

import boto3
import typer

from adapters.keys_table import KeysTable
from cavendish.key import PREFIX, Key, digest
from cavendish_client.say import say
from local.aws import Aws
from local.errors import CloudError
from local.models import ROUTES
from local.stack import Deployment
from local.told import told

app = typer.Typer(help="The keys of a deployment: its callers', and those for its providers.", no_args_is_help=True)

Stack = Annotated[str, typer.Option(help="The name of the deployed stack.")]
_DAY_S = 86_400


@app.command()
def create(
    *,
    stack: Stack = "cavendish",
    tenant: Annotated[str, typer.Option(help="Whose jobs they are; tenants do not see each other's.")] = "default",
    days: Annotated[int | None, typer.Option(help="Days until the key expires; never by default.", min=1)] = None,
) -> None:
    """Make a caller's key and show it, this once."""
    with told():
        expires_at = time.time() + days * _DAY_S if days else None
        say(make_key(boto3.client("dynamodb"), _output(stack, "JobsTable"), tenant=tenant, expires_at=expires_at))


@app.command()
def provider(route: str, *, stack: Stack = "cavendish") -> None:
    """Set the key with which a route's provider is paid. It is asked for, so that no shell remembers it."""
    with told():
        if route not in ROUTES:
            raise CloudError(f"There is no route {route}; there are {', '.join(ROUTES)}.")
        key = typer.prompt(f"Key for {route}", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
        client, secret = boto3.client("secretsmanager"), _output(stack, "ProviderKeysSecret")
        keys = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
        client.put_secret_value(SecretId=secret, SecretString=json.dumps({**keys, route: key.strip()}))
        say(f"The key for {route} is set; running functions use it within five minutes.")


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


def _output(stack: str, name: str) -> str:
    outputs = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    found = [str(one["OutputValue"]) for one in outputs if one["OutputKey"] == name]
    if not found:
        raise CloudError(f"The stack {stack} has no output {name}; is it Cavendish's?")
    return found[0]
