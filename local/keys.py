"""Keys of a deployment: its callers', made here, shown once, kept as a hash; and those it pays its providers with."""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from adapters.budgets_table import BudgetsTable
from adapters.keys_table import KeysTable
from cavendish.key import PREFIX, Key, KeyState, digest
from cavendish_client.say import say
from cavendish_client.stack import OutputMissing, output
from local.aws import Aws
from local.errors import CloudError
from local.limits import change_limits, check_limits, check_tenant, spending
from local.models import ROUTES
from local.running import CHECKOUT, TENANT
from local.stack import STACK, Deployment
from local.state import Home, read
from local.told import told

app = typer.Typer(help="The keys of a deployment: its callers', and those for its providers.", no_args_is_help=True)

Stack = Annotated[str, typer.Option(help="The name of the deployed stack.")]
Local = Annotated[bool, typer.Option("--local", help="Not a stack on AWS but this checkout's local cloud.")]
Usd = Annotated[float | None, typer.Option(help="In USD; as it was, if left out.")]
_DAY_S = 86_400


@app.command()
def create(
    *,
    stack: Stack = STACK,
    local: Local = False,
    tenant: Annotated[str, typer.Option(help="Whose jobs they are; tenants do not see each other's.")] = "default",
    days: Annotated[int | None, typer.Option(help="Days until the key expires; never by default.", min=1)] = None,
) -> None:
    """Make a caller's key and show it, this once."""
    with told():
        check_tenant(tenant)
        expires_at = time.time() + days * _DAY_S if days else None
        say(write_key(_keys(stack, local=local), tenant=tenant, expires_at=expires_at))


@app.command("list")
def list_keys(*, stack: Stack = STACK, local: Local = False) -> None:
    """Show the callers' keys by their ids: whose they are, since when and until when."""
    with told():
        for line in listing(_keys(stack, local=local).all(), time.time()):
            say(line)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")], *, stack: Stack = STACK, local: Local = False) -> None:
    """Make a key open nothing any more. It may work for another 30 seconds."""
    with told():
        keys = _keys(stack, local=local)
        key = keys.revoke(find_key(keys.all(), key_id), time.time())
        say(f"The key {key.id} of {key.tenant} is revoked; it opens nothing any more in 30 seconds at the latest.")


@app.command()
def provider(route: str, *, stack: Stack = STACK) -> None:
    """Set the key with which a route's provider is paid. It is asked for, so that no shell remembers it."""
    with told():
        if route not in ROUTES:
            raise CloudError(f"There is no route {route}; there are {', '.join(ROUTES)}.")
        key = typer.prompt(f"Key for {route}", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
        client = boto3.client("secretsmanager")
        secret = _output(boto3.client("cloudformation"), stack, "ProviderKeysSecret")
        keys = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
        client.put_secret_value(SecretId=secret, SecretString=json.dumps({**keys, route: key.strip()}))
        say(f"The key for {route} is set; running functions use it within five minutes.")


@app.command()
def budget(
    tenant: str,
    *,
    stack: Stack = STACK,
    local: Local = False,
    per_day: Usd = None,
    per_month: Usd = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let the tenant spend as much as it likes again.")] = False,
) -> None:
    """Limit what a tenant may spend, in USD by the day and the month (UTC), and show what it has spent."""
    with told():
        check_limits(tenant, per_day, per_month, lift=lift)  # before AWS is asked for anything
        budgets = BudgetsTable(*_table(stack, local=local))
        change_limits(budgets, tenant, per_day=per_day, per_month=per_month, lift=lift)
        for line in spending(budgets, tenant, time.time()):
            say(line)


def make_local_key(deployment: Deployment) -> str:
    """The key that `cavendish up` shows."""
    client = Aws(deployment.endpoint_url).client("dynamodb")
    return make_key(client, deployment.output("JobsTable"), tenant=TENANT, expires_at=None)


def make_key(client: Any, table: str, *, tenant: str, expires_at: float | None) -> str:
    """Write a new key's hash; gives the key."""
    return write_key(KeysTable(client, table), tenant=tenant, expires_at=expires_at)


def write_key(keys: KeysTable, *, tenant: str, expires_at: float | None) -> str:
    secret = PREFIX + secrets.token_urlsafe(32)
    keys.add(Key(digest=digest(secret), tenant=tenant, created_at=time.time(), expires_at=expires_at))
    return secret


def local_table(root: Path) -> tuple[Any, str]:
    """The table of a checkout's running cloud, with a client for it."""
    running = read(Home(root)).running
    if running is None:
        raise CloudError("No local cloud of this checkout runs; start one with: cavendish up.")
    aws = Aws(str(running["endpoint_url"]))
    return aws.client("dynamodb"), _output(aws.client("cloudformation"), STACK, "JobsTable")


def local_keys(root: Path) -> KeysTable:
    """The keys of a checkout's running cloud."""
    return KeysTable(*local_table(root))


def listing(keys: list[Key], now: float) -> Iterator[str]:
    """The keys as a table."""
    rows = [(key.id, key.tenant, _day(key.created_at), _day(key.expires_at), key.state(now)) for key in keys]
    table = [("id", "tenant", "created", "expires", "state"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def find_key(keys: list[Key], key_id: str) -> Key:
    """The key with this id, if it can still be revoked."""
    found = [key for key in keys if key.id == key_id]
    if not found:
        raise CloudError(f"There is no key {key_id}; see all with: cavendish keys list.")
    if found[0].state(0) is KeyState.REVOKED:
        raise CloudError(f"The key {key_id} is revoked already.")
    return found[0]


def _day(moment: float | None) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC") if moment else "never"


def _keys(stack: str, *, local: bool) -> KeysTable:
    return KeysTable(*_table(stack, local=local))


def _table(stack: str, *, local: bool) -> tuple[Any, str]:
    if local:
        return local_table(CHECKOUT)
    return boto3.client("dynamodb"), _output(boto3.client("cloudformation"), stack, "JobsTable")


def _output(cloudformation: Any, stack: str, name: str) -> str:
    try:
        return output(cloudformation, stack, name)
    except OutputMissing as missing:
        raise CloudError(str(missing)) from None
