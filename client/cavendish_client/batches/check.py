"""Looks through a file before it is sent, as the service will; without a checkout the service says it."""

from collections.abc import Container, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cavendish_client.told import Unable

_CHUNK: Final = 1024 * 1024


def check(path: Path, given: Container[str] = ()) -> int | None:
    """How many items a file has, if anybody here can tell. `given` are the defaults. Raises Unable with its fault."""
    _check_there(path)
    if not find_spec("cavendish"):
        return None
    sheet, unreadable = import_module("cavendish.sheet.check"), import_module("cavendish.sheet.unreadable")
    kinds = import_module("cavendish.sheet.kind")
    try:
        kind = kinds.kind_of(path.name)
        total: int = sheet.check(kind, _chunks(path), size=path.stat().st_size, given=given).total
    except unreadable.SheetUnreadable as fault:
        raise Unable(f"{path}: {fault.detail}. Nothing was sent.") from None
    return total


def check_defaults(path: Path) -> None:
    """Whether defaults are taken, if anybody here can tell. Raises Unable with their faults."""
    _check_there(path)
    if not find_spec("cavendish"):
        return
    arrive = import_module("cavendish.pipeline.batch.arrive")
    if refused := arrive.read_defaults(_chunks(path), path.stat().st_size, str(path)).get("refused"):
        raise Unable(f"{refused}. Nothing was sent.")


def results_folder(key: str) -> str | None:
    """Where in the outbox the results of a dropped file will lie, if anybody here can tell."""
    if not find_spec("cavendish"):
        return None
    folder: str = import_module("cavendish.batch.source").folder_of(key)
    return folder


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise Unable(f"{path} is no file; name a .csv, .jsonl, .json or .txt of items.")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
