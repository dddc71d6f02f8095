"""Reads catalog.toml. What is wrong in it is told all at once, each fault with its line."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.check import Fault, faults, unknown_offers


class CatalogUnreadable(ValueError):
    """The catalogue contradicts itself, or says what nobody understands."""


def read(text: str) -> Catalog:
    """The catalogue in this text. Raises CatalogUnreadable."""
    try:
        return load(tomllib.loads(text), text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogUnreadable(f"catalog.toml is not TOML: {error}") from None


def load(data: dict[str, Any], text: str) -> Catalog:
    """The catalogue of these data, which were read from this text. Raises CatalogUnreadable."""
    _refuse(unknown_offers(data), text)
    try:
        catalog = Catalog.model_validate(data)
    except ValidationError as error:
        _refuse((Fault(tuple(map(str, one["loc"])), one["msg"]) for one in error.errors(include_url=False)), text)
        raise
    _refuse(faults(catalog), text)
    return catalog


@cache
def catalog() -> Catalog:
    """The catalogue that is shipped, read once."""
    return read(files("cavendish.catalog").joinpath("catalog.toml").read_text("utf-8"))


def _refuse(found: Iterable[Fault], text: str) -> None:
    """Raises CatalogUnreadable, if there is anything."""
    if lines := [f"line {_line(text, fault.path)}, {'.'.join(fault.path)}: {fault.sentence}" for fault in found]:
        raise CatalogUnreadable("catalog.toml: " + "; ".join(lines))


def _line(text: str, path: tuple[str, ...]) -> int:
    """The line that leads furthest towards this place, counted from 1."""
    best, depth, table = 1, 0, tuple[str, ...]()
    for number, line in enumerate(text.splitlines(), start=1):
        keys = _keys(line)
        if line.startswith("["):
            table = keys
        here = table if line.startswith("[") else table + keys
        if depth < len(here) <= len(path) and path[: len(here)] == here:
            best, depth = number, len(here)
    return best


def _keys(line: str) -> tuple[str, ...]:
    """The keys that a line names: those of a table's head, or those before its sign of equality."""
    statement = line if line.startswith("[") else line.partition("=")[0] + " = 0"
    try:
        inner: Any = tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(inner.items()))
        keys.append(key)
    return tuple(keys)
