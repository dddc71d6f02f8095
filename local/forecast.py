"""`cavendish plan` and `cavendish simulate`: what pictures will cost, and how a ladder is walked. Nothing is called.

They reckon by the product's own code, and so need a checkout; only `plan --measured` asks a deployment.
"""

import json as jsons
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Annotated, Any

import typer

from cavendish.advice.articles import articles
from cavendish.advice.forecast import claims, forecasts
from cavendish.advice.rehearsal import rehearse
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import RequestInvalid
from cavendish.health.doors import ALL_OPEN
from cavendish.health.health import Health
from cavendish.health.outlook import AsPlanned
from cavendish.health.schedule import Schedule
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call
from cavendish.outcome import Outcome
from cavendish.pipeline.estimate import Estimator
from cavendish.request import JobRequest
from cavendish_client import Client, Problem
from cavendish_client.say import complain
from cavendish_client.told import told
from local import forecast_lines
from local.forecast_lines import Line

_PROMPT = "A paper boat on calm water, in a few lines"
_SEED = 5
_UNREACHED, _REFUSED = 1, 2

Size = Annotated[str, typer.Option(help="4K, 2K, 1K or 512.")]
Model = Annotated[str | None, typer.Option(help="A model's id or alias; the policy's own by default.")]
Preset = Annotated[str, typer.Option(help="A policy: cavendish, once, or an article's, such as s2-reliability.")]


def plan(
    *,
    n: Annotated[int, typer.Option(help="How many pictures.", min=1)] = 100,
    size: Size = "4K",
    model: Model = None,
    preset: Preset = "cavendish",
    measured: Annotated[
        bool, typer.Option("--measured", help="By a deployment's own figures: its address is in API, a key in KEY.")
    ] = False,
) -> None:
    """What pictures take in calls, money and time: as the articles count, and by the ladder of a policy."""
    with told(_UNREACHED), _refused():
        request = _request(size, model, preset)
        answer = _measured(request) if measured else _estimated(request)
    asked = request.asked.tier
    by_articles = forecasts(n, asked, model, catalog=catalog(), articles=articles())
    _print(forecast_lines.articles(by_articles, claims(asked, articles())))
    _print(forecast_lines.ladder(answer, n, measured=measured))


def simulate(
    *,
    outcomes: Annotated[str, typer.Option(help="How calls end, such as timed_out,overloaded,ok; the last repeats.")],
    size: Size = "4K",
    model: Model = None,
    preset: Preset = "cavendish",
    chance: Annotated[float, typer.Option(help="Where in its range each wait lies.", min=0, max=0.999)] = 0.5,
) -> None:
    """Walk a policy's ladder with ends that you choose: waits, costs, and what follows what."""
    with _refused():
        ends = _outcomes(outcomes)
        request = _request(size, model, preset)
    ladder = build(request, catalog(), deadline_at=float(request.deadline_s))
    _print(forecast_lines.walk(rehearse(ladder, ends, catalog=catalog(), chance=chance)))


def _request(size: str, model: str | None, preset: str) -> JobRequest:
    fields = {"prompt": _PROMPT, "size": size, "policy": preset, **({"model": model} if model else {})}
    return parse(jsons.dumps(fields).encode(), catalog())


def _estimated(request: JobRequest) -> dict[str, Any]:
    """By what the articles and the catalogue say for this hour."""
    estimator = Estimator(
        catalog=catalog(),
        articles=articles(),
        doors=ALL_OPEN,
        routing=AsPlanned(),
        schedule=Schedule(catalog()),
        recent=_nothing_measured,
        chance=_chance,
        now=time.time(),
    )
    return estimator.estimate(request).model_dump(mode="json")


def _measured(request: JobRequest) -> dict[str, Any]:
    if not (api := os.environ.get("API")) or not (key := os.environ.get("KEY")):
        raise _Refused("Set API to the address of a deployment and KEY to a key of it.")
    asked = {"size": request.size, "policy": request.policy, **({"model": request.model} if request.model else {})}
    with Client(api, key) as client:
        return client.estimate(request.prompt, **asked)


def _outcomes(written: str) -> list[Outcome]:
    names = [one.strip() for one in written.split(",")]
    if unknown := [one for one in names if one not in set(Outcome)]:
        raise _Refused(f"{unknown[0]!r} is no outcome; there are {', '.join(Outcome)}.")
    return [Outcome(one) for one in names]


class _Refused(Exception):
    """What was asked for is not there; the message is a sentence."""


@contextmanager
def _refused() -> Iterator[None]:
    """Say what is wrong, all of it."""
    try:
        yield
    except RequestInvalid as invalid:
        for fault in invalid.faults:
            complain(f"{fault.pointer}: {fault.detail}")
        raise typer.Exit(_REFUSED) from None
    except (_Refused, Problem) as refused:
        complain(str(refused))
        raise typer.Exit(_REFUSED) from None


def _nothing_measured(_: Call) -> Health:
    return Health()


def _chance() -> Callable[[], float]:
    return Random(_SEED).random


def _print(lines: list[Line]) -> None:
    forecast_lines.say_all(lines)
