"""The `cavendish` command. What needs a checkout is in `local.commands`, which the installed client does not bring."""

from importlib import import_module
from importlib.util import find_spec

import typer

from cavendish_client.probe.command import probe

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def cavendish() -> None:
    """Pictures out of unreliable image models. In a checkout of Cavendish this command runs and deploys it."""


app.command()(probe)
if find_spec("local"):
    import_module("local.commands").register(app)
