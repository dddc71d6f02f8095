"""Looks through a file of items before it is sent, as the service will; without a checkout the service says it."""

from collections.abc import Container, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cavendish_client.told import Unable

_CHUNK: Final = 1024 * 1024


def check(path: Path, given: Container[str] = ()) -> int | None:
    """How many items a file has, if anybody here can tell. `given` are the defaults. Raises Unable with its fault."""
    if not path.is_file():
        raise Unable(f"{path} is no file; name a .csv, .jsonl, .json or .txt of items.")
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


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
