"""`cavendish stats`: asks the API what the calls of your jobs came to, and shows it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cavendish_client.client import Client
from cavendish_client.deployment import address, key
from cavendish_client.say import complain
from cavendish_client.stats import show
from cavendish_client.stats.span import KEPT_DAYS, kept_for_all, moment
from cavendish_client.told import told


def stats(
    *,
    by: Annotated[str, typer.Option(help="What to tell apart: any of model, size, route, tag, hour.")] = "model",
    since: Annotated[str, typer.Option(help="24h, 7d, 30m ago, or a moment.")] = "24h",
    until: Annotated[str | None, typer.Option(help="As --since; now by default.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Say it as one line of JSON.")] = False,
    api: Annotated[str | None, typer.Option(envvar="API", help="The address of the API.")] = None,
    stack: Annotated[str | None, typer.Option(help="The deployed stack whose API it is, in place of --api.")] = None,
) -> None:
    """Show what the calls of your jobs came to: success, times, cost. The API's key is read from KEY."""
    with told(1):
        now = datetime.now(UTC)
        first, last = moment(since, now), moment(until, now) if until else None
        with Client(address(api, stack), key()) as client:
            answer = client.stats(by=by, since=first, until=last)
    if not kept_for_all(first, now):
        complain(f"Sums are kept for {KEPT_DAYS} days: of what was before, there is nothing to show.")
    (show.one_line if json else show.table)(answer)
