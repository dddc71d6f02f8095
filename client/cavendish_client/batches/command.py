"""`cavendish batch`: sends a file of items to the API, and shows how its pictures come."""

import json as jsons
import math
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from cavendish_client.batches.check import check
from cavendish_client.batches.progress import bad, shown
from cavendish_client.batches.routes import ENDED, BatchView
from cavendish_client.client import Client, Problem
from cavendish_client.deployment import address, key
from cavendish_client.say import complain, say
from cavendish_client.told import Unable, check_text, told

#: Fields of an item that are text whatever they look like: `size=512` is a size.
TEXTS: Final = frozenset(
    {"prompt", "size", "aspect_ratio", "model", "route", "thinking", "use_case", "quality"}
    | {"policy", "on_refusal", "lane", "schedule"}
)
#: What is stored of a batch that has ended.
_RESULTS: Final = ("report.json", "report.csv", "results-*.zip")

#: As shells have it for whoever was interrupted.
_INTERRUPTED: Final = 130


class Mode(StrEnum):
    """How a batch is made."""

    FAST = "fast"
    BALANCED = "balanced"
    ECONOMY = "economy"


File = Annotated[Path, typer.Argument(help="The items: .csv, .jsonl, .json or .txt.")]
Defaults = Annotated[list[str] | None, typer.Option(help="NAME=VALUE, repeatable: a field of items without it.")]
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Stay, and store pictures and report there.")]


def batch(
    file: File,
    *,
    mode: Annotated[Mode, typer.Option(help="fast: the quickest model; economy: the batch API.")] = Mode.BALANCED,
    default: Defaults = None,
    name: Annotated[str | None, typer.Option(help="What it is called; the file's name by default.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and show how far it is.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say the batch as one line of JSON.")] = False,
    download: Folder = None,
    api: Annotated[str | None, typer.Option(envvar="API", help="The address of the API.")] = None,
    stack: Annotated[str | None, typer.Option(help="The deployed stack whose API it is, in place of --api.")] = None,
) -> None:
    """Make the pictures of a file of items. The API's key is read from KEY. Exits with 1 if items came to nothing."""
    with told(1):
        defaults, called = _defaults(default or []), _called(file, name)
        check(file, defaults)
        if download:
            _make_ready(download)
        with Client(address(api, stack), key()) as client:
            opened = client.batches.upload(file, mode=mode.value, defaults=defaults, name=called)
            if not (watch or download):
                _say(opened, as_json=json)
                return
            ended = _watched(client, opened)
            _say(ended, as_json=json)
            if download and ended["status"] != "failed":
                for path in client.batches.save(ended["id"], download):
                    complain(f"stored {path}")
    if ended["status"] != "completed" or bad(ended):
        raise typer.Exit(1)


def _called(file: Path, name: str | None) -> str:
    """What the batch is called. The file's own name is sent with it in any case. Raises Unable."""
    check_text("The file's name", file.name)
    check_text("--name", name or file.name)
    return name or file.name


def _make_ready(folder: Path) -> None:
    """What is made is paid for: it has a place before anything is sent, and takes nobody else's. Raises Unable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{folder} cannot be a folder ({error.strerror})"
        raise Unable(f"{why}; name another one for --download. Nothing was sent.") from None
    if taken := sorted(path for pattern in _RESULTS for path in folder.glob(pattern)):
        raise Unable(f"{taken[0]} is there already, of another batch; name another folder. Nothing was sent.")


def _watched(client: Client, opened: BatchView) -> BatchView:
    """The batch when it has ended, however often the API is out of reach meanwhile."""
    complain(f"batch {opened['id']}: {opened['links']['self']}")
    try:
        with shown(time.monotonic) as see:
            return _until_ended(client, opened["id"], see)
    except KeyboardInterrupt:
        complain(f"Batch {opened['id']} goes on without you. POST {opened['links']['cancel']} cancels the rest of it.")
        raise typer.Exit(_INTERRUPTED) from None


def _until_ended(client: Client, batch_id: str, see: Any) -> BatchView:
    while True:
        try:
            return client.batches.wait(batch_id, seen=see)
        except httpx.TransportError as error:
            complain(f"The API was not reached, and is asked again: {error}")
        except Problem as problem:
            if problem.status < httpx.codes.INTERNAL_SERVER_ERROR:
                raise
            complain(f"{problem}; it is asked again")
        time.sleep(2)


def _say(found: BatchView, *, as_json: bool) -> None:
    if as_json:
        say(jsons.dumps(found))
        return
    say(f"{'batch':8}{found['id']}")
    say(f"{'status':8}{found['status']}")
    if found["error"]:
        say(f"{'error':8}{found['error']['detail']}")
    if found["status"] in ENDED:
        say(f"{'items':8}{', '.join(f'{count} {name}' for name, count in found['items'].items() if count)}")
        say(f"{'cost':8}${found['cost']['total_usd']:.4f}")
    else:
        say(f"{'read':8}{found['links']['self']}")


def _defaults(pairs: list[str]) -> dict[str, Any]:
    """What is JSON is what it says, but for what is text anyway. Raises Unable."""
    for pair in pairs:
        check_text("--default", pair)
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise Unable(f"--default takes NAME=VALUE, not {wrong[0]!r}, such as --default size=4K.")
    return {name: value if name in TEXTS else _value(value) for name, value in (pair.split("=", 1) for pair in pairs)}


def _value(text: str) -> Any:
    try:
        return jsons.loads(text, parse_float=_number, parse_constant=str)
    except ValueError:
        return text


def _number(text: str) -> float | str:
    """What is no number that can be sent goes as text, for the service to say what is wrong with it."""
    return value if math.isfinite(value := float(text)) else text
