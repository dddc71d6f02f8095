"""The local model server as a process, and which routes lead to it."""

import json
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cavendish.catalog.file import catalog
from local.emulator import scrubbed
from local.errors import CloudError
from local.process import Process, spawn
from local.state import Home

#: Every name that `--route` takes.
ROUTES = tuple(catalog().routes)
DEADLINE_SECONDS = 30.0


def start(home: Home, weather: str, time_scale: float) -> Process:
    command = [sys.executable, "-m", "local.model_server", "--port", "0", "--weather", weather]
    command += ["--time-scale", str(time_scale)]
    return spawn("model-server", command, scrubbed(home), home.root, out=_answer(home), err=home.log("model-server"))


def wait(home: Home, process: Process) -> str:
    """Its address, which is the first line it prints."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while "\n" not in (said := _answer(home).read_text()):
        if not process.alive:
            raise CloudError(f"The model server ended while it started: {_last_line(home)}", home.log("model-server"))
        if time.monotonic() > deadline:
            raise CloudError("The model server did not answer in time.", home.log("model-server"))
        time.sleep(0.02)
    return str(json.loads(said.partition("\n")[0])["url"])


def check_routes(wanted: Mapping[str, str]) -> None:
    """Raises CloudError for what `--route` must not say."""
    if strange := wanted.keys() - set(ROUTES):
        raise CloudError(f"There is no route {', '.join(sorted(strange))}; there are {', '.join(ROUTES)}.")
    for name, base in wanted.items():
        if not base.startswith(("http://", "https://")) or "," in base:
            raise CloudError(f"Route {name} needs a URL as its base, not {base!r}.")


def route_bases(root: Path, models_url: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """A base for each route: the model server, shaped like the provider's own, unless another is wanted."""
    return {name: models_url + urlsplit(base).path for name, base in _catalogued(root).items()} | dict(wanted)


def _catalogued(root: Path) -> dict[str, str]:
    catalog = root / "layers" / "core" / "cavendish" / "catalog" / "catalog.toml"
    routes = tomllib.loads(catalog.read_text())["routes"]
    return {name: route["base_url"] for name, route in routes.items()}


def _answer(home: Home) -> Path:
    return home.log("model-server").with_suffix(".out")


def _last_line(home: Home) -> str:
    said = home.log("model-server").read_text(errors="replace").strip().splitlines()
    return said[-1] if said else "it said nothing."
