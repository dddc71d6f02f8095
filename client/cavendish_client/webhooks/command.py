"""`cavendish webhooks`: endpoints and deliveries, by the API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated

import typer

from cavendish_client.client import Client
from cavendish_client.deployment import address, key
from cavendish_client.say import complain, say
from cavendish_client.stats.span import moment
from cavendish_client.told import Unable, told
from cavendish_client.webhooks import listen as listening
from cavendish_client.webhooks import show
from cavendish_client.webhooks.routes import DeliveryStatus

app = typer.Typer(no_args_is_help=True, help="Where you are told of your jobs. The API's key is read from KEY.")

Api = Annotated[str | None, typer.Option(envvar="API", help="The address of the API.")]
Stack = Annotated[str | None, typer.Option(help="The deployed stack whose API it is, in place of --api.")]
EndpointId = Annotated[str, typer.Argument(metavar="ID", help="The endpoint's id.")]
Json = Annotated[bool, typer.Option("--json", help="Say it as JSON, one line for each.")]


class Status(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


@contextmanager
def _client(api: str | None, stack: str | None) -> Iterator[Client]:
    with told(1), Client(address(api, stack), key()) as client:
        yield client


@app.command("list")
def list_(*, json: Json = False, api: Api = None, stack: Stack = None) -> None:
    """List the endpoints."""
    with _client(api, stack) as client:
        found = client.webhooks.endpoints()
    _lines(found) if json else show.endpoints(found)


@app.command()
def create(
    url: Annotated[str, typer.Argument(help="Where it listens: https.")],
    *,
    event: Annotated[list[str] | None, typer.Option(help="An event, repeatable; all by default.")] = None,
    api: Api = None,
    stack: Stack = None,
) -> None:
    """Create an endpoint; its secret is shown this once."""
    with _client(api, stack) as client:
        made = client.webhooks.create(url, event or [])
    complain("Keep the secret: it is not shown again.")
    for name in ("id", "secret"):
        say(f"{name:8}{made[name]}")


@app.command()
def delete(endpoint_id: EndpointId, *, api: Api = None, stack: Stack = None) -> None:
    """Delete an endpoint; what is on its way to it is dropped."""
    with _client(api, stack) as client:
        client.webhooks.delete(endpoint_id)


@app.command()
def ping(endpoint_id: EndpointId, *, api: Api = None, stack: Stack = None) -> None:
    """Send an endpoint a test, once; `deliveries` shows what came of it."""
    with _client(api, stack) as client:
        say(client.webhooks.ping(endpoint_id)["id"])


@app.command()
def replay(
    delivery: Annotated[str | None, typer.Argument(metavar="[DELIVERY]", help="The delivery's id.")] = None,
    *,
    endpoint: Annotated[str | None, typer.Option(help="Or all that an endpoint missed ...")] = None,
    since: Annotated[str | None, typer.Option(help="... since then: 24h, 7d, 30m ago, or a moment.")] = None,
    api: Api = None,
    stack: Stack = None,
) -> None:
    """Send a delivery anew, or all that an endpoint missed."""
    with _client(api, stack) as client:
        if delivery and not (endpoint or since):
            say(client.webhooks.replay(delivery)["id"])
        elif endpoint and since and not delivery:
            sent = client.webhooks.replay_since(endpoint, moment(since, datetime.now(UTC)))
            say(f"{sent} sent anew")
        else:
            raise Unable("Say which: a DELIVERY, or --endpoint ID with --since WHEN.")


@app.command()
def deliveries(
    *,
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Only those to this endpoint, by its id.")] = None,
    limit: Annotated[int, typer.Option(help="So many at most.", min=1)] = 20,
    json: Json = False,
    api: Api = None,
    stack: Stack = None,
) -> None:
    """List what was sent, newest first."""
    with _client(api, stack) as client:
        wanted: DeliveryStatus | None = status.value if status else None
        found = list(islice(client.webhooks.deliveries(endpoint_id=endpoint, status=wanted), limit))
    _lines(found) if json else show.deliveries(found)


@app.command()
def listen(
    *,
    port: Annotated[int, typer.Option(help="The port; a free one by default.", min=0, max=65535)] = 0,
    secret: Annotated[
        str | None,
        typer.Option(envvar="WEBHOOK_SECRET", help="Make no endpoint: verify what comes with this secret (whsec_...)."),
    ] = None,
    api: Api = None,
    stack: Stack = None,
) -> None:
    """Receive on this machine: verify what comes, and print a line for each event, until Ctrl-C."""
    if secret is not None:
        with told(1):
            listening.with_secret(port, secret)
        return
    with _client(api, stack) as client:
        listening.with_endpoint(port, client)


def _lines(found: list[dict[str, object]]) -> None:
    for one in found:
        say(json.dumps(one))
