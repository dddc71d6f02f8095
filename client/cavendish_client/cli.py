"""The `cavendish` command. What needs a checkout is in `local.commands`, which the installed client does not bring."""

from importlib import import_module
from importlib.util import find_spec

import typer

from cavendish_client.batches.command import batch
from cavendish_client.batches.drop import drop
from cavendish_client.probe.command import probe
from cavendish_client.stats.command import stats
from cavendish_client.webhooks import command as webhooks

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def cavendish() -> None:
    """Pictures out of unreliable image models. In a checkout of Cavendish this command runs and deploys it."""


app.command()(batch)
app.command()(drop)
app.command()(probe)
app.command()(stats)
app.add_typer(webhooks.app, name="webhooks")
if find_spec("local"):
    import_module("local.commands").register(app)
