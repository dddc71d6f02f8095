"""A workflow's definition, asked for its states, its ways and its expressions."""

from collections.abc import Iterator
from typing import Any

import jsonata  # type: ignore[import-untyped]

States = dict[str, dict[str, Any]]


def machines(definition: dict[str, Any]) -> Iterator[tuple[str, States]]:
    """The machine, and the one inside each Map: where it starts, and its states."""
    yield definition["StartAt"], definition["States"]
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"])


def states(definition: dict[str, Any], kind: str | None = None) -> list[dict[str, Any]]:
    every = [state for _, inside in machines(definition) for state in inside.values()]
    return [state for state in every if kind in (None, state["Type"])]


def nexts(state: dict[str, Any]) -> set[str]:
    ways = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return {way[name] for way in ways for name in ("Next", "Default") if name in way}


def expressions(part: Any) -> Iterator[str]:
    if isinstance(part, str) and part.startswith("{%"):
        yield part.removeprefix("{%").removesuffix("%}").strip()
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from expressions(inner)


def ladder(definition: dict[str, Any]) -> States:
    inside: States = definition["States"]["Walk the ladders"]["ItemProcessor"]["States"]
    return inside


def evaluated(expression: str, **variables: Any) -> Any:
    program = jsonata.Jsonata(expression)
    for name, value in variables.items():
        program.assign(name, value)
    return program.evaluate(None)
