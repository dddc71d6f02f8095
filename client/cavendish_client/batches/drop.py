"""`cavendish drop`: puts a file of items into the inbox of a stack, and says where its results will be."""

import posixpath
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import boto3
import typer
from botocore.config import Config

from cavendish_client.batches.check import check, check_defaults, results_folder
from cavendish_client.say import say
from cavendish_client.stack import output
from cavendish_client.told import Unable, check_text, told

#: Where the API puts what it is sent.
_POSTED: Final = "batches/"
#: They are read with the files that are dropped beside them afterwards.
_DEFAULTS: Final = "_defaults.json"
#: What S3 takes of a key.
_KEY_MAX_BYTES: Final = 1024
#: What the defaults of the folder may have.
_MAYBE_GIVEN: Final = ("prompt",)


class Place(NamedTuple):
    """Where files are dropped, and where what becomes of them is found."""

    s3: Any
    inbox: str
    outbox: str


def drop(
    file: Annotated[Path, typer.Argument(help="The items: .csv, .jsonl, .json or .txt.")],
    *,
    to: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where in the inbox; its results are there in the outbox.")
    ] = "",
    stack: Annotated[
        str | None, typer.Option(help="The deployed stack; by default what `cavendish up` started.")
    ] = None,
) -> None:
    """Drop a file of items into the inbox. Its pictures and its report go to the outbox, under the file's own name."""
    with told(1):
        path = _key(to, file.name)
        if file.name == _DEFAULTS:
            check_defaults(file)
        else:
            check(file, _MAYBE_GIVEN)
        put(file, path, deployed(stack, boto3.client) if stack else local(_running()))


def _key(to: str, name: str) -> str:
    """Where the file goes, if it is read there. Raises Unable."""
    check_text("--to", to)
    check_text("The file's name", name)
    path = posixpath.join(_folder(to), name)
    if path.startswith(_POSTED):
        raise Unable(f"The folder {_POSTED} is for files that are posted to the API; name another one.")
    if name.startswith("."):
        raise Unable(f"{name} begins with a dot, and the inbox leaves such files alone; give it another name.")
    if (size := len(path.encode())) > _KEY_MAX_BYTES:
        raise Unable(f"The file's name has {size} bytes with its folder, and S3 takes {_KEY_MAX_BYTES}; shorten it.")
    return path


def _folder(said: str) -> str:
    """A key is taken letter by letter: `..` in it would be a folder of that name. Raises Unable."""
    folder = said.strip("/")
    if folder and any(name in ("", ".", "..") for name in folder.split("/")):
        raise Unable(f"--to takes a folder such as shop/spring, without empty, . or .. parts: {said!r} is none.")
    return folder


def put(file: Path, path: str, place: Place) -> None:
    """Store it, and say where to look. Defaults come to nothing by themselves."""
    place.s3.upload_file(str(file), place.inbox, path)
    say(f"{'dropped':9}s3://{place.inbox}/{path}")
    if file.name == _DEFAULTS:
        return
    folder = results_folder(path)
    if folder is None:
        say(f"{'report':9}report.json, written last, below s3://{place.outbox}/")
        return
    results = f"s3://{place.outbox}/{folder}/"
    say(f"{'results':9}{results}")
    say(f"{'report':9}{results}report.json, written last")


def deployed(stack: str, client: Callable[[str], Any]) -> Place:
    """A stack's, with the credentials of the environment. Raises OutputMissing."""
    cloudformation = client("cloudformation")
    inbox, outbox = (output(cloudformation, stack, name) for name in ("InboxBucket", "OutboxBucket"))
    return Place(client("s3"), inbox, outbox)


def local(running: dict[str, str] | None) -> Place:
    """What this checkout's `cavendish up` started. Raises Unable."""
    if not running:
        raise Unable("Which inbox? Say --stack NAME, or start one here with cavendish up.")
    s3 = boto3.client(
        "s3",
        endpoint_url=running["endpoint_url"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - everybody's, on this machine alone
        config=Config(s3={"addressing_style": "path"}),
    )
    return Place(s3, running["inbox_bucket"], running["outbox_bucket"])


def _running() -> dict[str, str] | None:
    """Where the local cloud is; only a checkout knows one."""
    if not find_spec("local"):
        return None
    state, checkout = import_module("local.state"), import_module("local.running").CHECKOUT
    running: dict[str, str] | None = state.read(state.Home(checkout)).running
    return running
