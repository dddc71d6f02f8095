"""The commands that need a checkout: the run without an account, what jobs will cost, and keys for a deployment."""

from typing import Annotated

import typer

from cavendish_client.say import say
from local import cloud, forecast, keys
from local.errors import CloudError
from local.running import CHECKOUT, Running, UpOptions
from local.told import told


def register(app: typer.Typer) -> None:
    """Add them to the command that users install."""
    for command in (up, down, logs, forecast.plan, forecast.simulate):
        app.command()(command)
    app.add_typer(keys.app, name="keys")


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is ready, and leave it running.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say where it is as one line of JSON.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Deploy each change of the code.")] = False,
    port: Annotated[int | None, typer.Option(help="The port; a free one by default.")] = None,
    weather: Annotated[str, typer.Option(help="How the local models behave.")] = "calm",
    no_learning: Annotated[bool, typer.Option("--no-learning", help="Route by the plan alone.")] = False,
    route: Annotated[list[str] | None, typer.Option(help="NAME=BASE: point a route at another server.")] = None,
    time_scale: Annotated[
        float,
        typer.Option(help="Multiplies the ladder's waits and the local models' times; deadlines stay.", min=0.001),
    ] = 1.0,
) -> None:
    """Start the whole service on this machine, without an account."""
    with told():
        options = UpOptions(
            port=port, weather=weather, learning=not no_learning, routes=_routes(route or []), time_scale=time_scale
        )
        if detach:
            _announce(cloud.up(options, keys.make_local_key), as_json=json)
        else:
            cloud.run(
                options,
                keys.make_local_key,
                announce=lambda running: _announce(running, as_json=json),
                say=say if reload else None,
            )


def down() -> None:
    """Stop it, with all that it started."""
    with told():
        cloud.down(CHECKOUT)


def logs(*, no_follow: Annotated[bool, typer.Option("--no-follow", help="Only what was said so far.")] = False) -> None:
    """Follow what all functions say."""
    with told():
        for line in cloud.logs(CHECKOUT, follow=not no_follow):
            say(line)


def _routes(pairs: list[str]) -> dict[str, str]:
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise CloudError(f"--route takes NAME=BASE, not {wrong[0]!r}, such as gemini=http://127.0.0.1:8080")
    return dict(pair.split("=", 1) for pair in pairs)


def _announce(running: Running, *, as_json: bool) -> None:
    if as_json:
        say(running.as_json())
        return
    for name, value in (("api", running.api), ("key", running.key), ("models", running.models)):
        say(f"{name:8}{value}")
