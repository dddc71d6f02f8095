"""`cavendish probe`: says what it would cost, asks, sends one call for each size, and shows what came back.

Each call is a job of the deployment's own: its keys are used, and it tells its cost like any other.
"""

import sys
from typing import Annotated, Final

import typer

from cavendish_client.client import Client
from cavendish_client.deployment import address, key
from cavendish_client.probe import show
from cavendish_client.probe.asks import Ask, NotProbed, asks
from cavendish_client.probe.finding import Finding, finding
from cavendish_client.say import complain
from cavendish_client.told import told

PROMPT: Final = "A paper boat on calm water, in a few lines"
#: The longest call is given six minutes; a route whose jobs wait longer for their turn is busy, not probed.
_DEADLINE_S: Final = 900
#: For whoever wants to look at the pictures.
_RETENTION_S: Final = 86_400
_TAG: Final = "probe"
#: `once` is one call, whatever comes of it. A picture of another size or by another model is taken too, so that it is
#: measured.
_FIELDS: Final = {
    "policy": "once",
    "allow_fallback": False,
    "allow_downgrade": False,
    "accept": ["wrong_size", "wrong_model"],
    "tags": [_TAG],
    "deadline_s": _DEADLINE_S,
    "retention_s": _RETENTION_S,
}
_NOT_HONOURED, _NOT_SENT = 1, 2


def probe(
    *,
    route: Annotated[str, typer.Option(help="The route to look at.")],
    model: Annotated[str | None, typer.Option(help="One of its models; at each size the cheapest by default.")] = None,
    size: Annotated[list[str] | None, typer.Option(help="A size, repeatable; all that it offers by default.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before money is spent.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say what was found as one line of JSON.")] = False,
    api: Annotated[str | None, typer.Option(envvar="API", help="The address of the API.")] = None,
    stack: Annotated[str | None, typer.Option(help="The deployed stack whose API it is, in place of --api.")] = None,
) -> None:
    """See whether a route honours size and ratio: one paid call for each size. The API's key is read from KEY.

    Ends with 0 if all was honoured, with 1 if not, with 2 if nothing was sent.
    """
    with told(_NOT_SENT):
        client = Client(address(api, stack), key())
    with client:
        with told(_NOT_SENT):
            asked = asks(client.models(), route, model, size or [])
            _try_the_key(client)
            show.offer(asked)
            _confirm(yes=yes)
        with told(_NOT_HONOURED):
            # One after another: who interrupts it has not paid for the rest.
            findings = [_found(client, ask) for ask in asked]
    (show.one_line if json else show.table)(findings)
    raise typer.Exit(0 if all(one.honours for one in findings) else _NOT_HONOURED)


def _found(client: Client, ask: Ask) -> Finding:
    job = client.submit(
        PROMPT, route=ask.route, model=ask.model, size=ask.size, aspect_ratio=ask.aspect_ratio, **_FIELDS
    )
    complain(f"Asked {ask.model} for {ask.size}: job {job['id']}")
    return finding(ask, client.wait(job["id"]))


def _try_the_key(client: Client) -> None:
    """The models are told to everybody: a key that opens nothing is found out before anybody is asked to spend."""
    next(client.jobs(tag=_TAG), None)


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotProbed("Nothing was sent: there is nobody to ask; say --yes to spend it.")
    if not typer.confirm("Spend it?", err=True):
        raise NotProbed("Nothing was sent.")
