"""The lines between inside and outside (docs: "Where things go"), held by reading the source."""

import ast
import dataclasses
import importlib
import sys
from collections.abc import Iterator
from functools import cache
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

ROOT = Path(__file__).parents[1]
LAYERS = ROOT / "layers" / "core"
FUNCTIONS = ROOT / "functions"
CORE = sorted((LAYERS / "cavendish").rglob("*.py"))
OUTSIDE = sorted(FUNCTIONS.rglob("*.py"))
LOCAL = sorted((ROOT / "local").rglob("*.py"))
CLIENT = sorted((ROOT / "client").rglob("*.py"))
OURS = [*CORE, *OUTSIDE, *LOCAL, *CLIENT]

#: Standard modules through which a clock, chance, the environment, the network or a log would come in.
WORLD = {
    *("asyncio", "ctypes", "getpass", "http", "logging", "multiprocessing", "platform", "random", "secrets", "select"),
    *("shutil", "socket", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
}
#: Names that reach the world through a module which is allowed for something else.
REACHES = {
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today", "os.environ", "os.getenv", "os.urandom"),
    *("io.open", "open", "input", "print", "Path", "pathlib.Path"),
}
#: What decides: policies and what is computed from them. The outside asks a use case instead.
RULES = {
    *("cavendish.ladder.policy", "cavendish.ladder.build", "cavendish.money.price", "cavendish.outcome.TABLE"),
    *("cavendish.ladder.plan.follow", "cavendish.ladder.plan.walk", "cavendish.ladder.history"),
    *("cavendish.attempt.begin", "cavendish.attempt.position", "cavendish.ladder.time_left"),
    *("cavendish.pipeline.settle.conclude", "cavendish.pipeline.settle.pictures"),
}
#: What adapters are made of: no adapters themselves.
PARTS = {"adapters.rows", "adapters.limited_stream"}
NAMELESS = {"app", "base", "common", "core", "helper", "helpers", "manager", "misc", "service", "util", "utils"}
#: Longer than style.md's example (400 and 120), because each queue and each right is written out; beyond this, split.
LONGEST = {"template.yaml": 1100, "workflow.asl.yaml": 200}

#: What is not as it should be yet, and what is to be done.


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def every(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """Everything that is imported, as `module` and as `module.name`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports(path)}


def mentions(path: Path) -> set[str]:
    """The dotted names that are used: `os.environ`, `open`."""
    nodes = ast.walk(parsed(path))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute | ast.Name)}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.stmt) -> int:
    assert node.end_lineno
    return node.end_lineno - node.lineno + 1


@every(CORE)
def test_the_inside_knows_only_python_and_itself(path: Path) -> None:
    assert packages(path) <= sys.stdlib_module_names | {"cavendish", "pydantic", "pybase64"}


@every(CORE)
def test_the_inside_has_no_clock_chance_environment_network_or_log(path: Path) -> None:
    assert not packages(path) & WORLD
    assert not mentions(path) & REACHES
    assert not {one.removeprefix("os.") for one in imports(path) if one.startswith("os.")}


@every(OUTSIDE)
def test_the_outside_knows_no_rules(path: Path) -> None:
    assert not RULES & set(imports(path))


@every([path for path in [*CORE, *OUTSIDE] if path.name != "wiring.py"])
def test_only_the_wiring_reads_the_environment(path: Path) -> None:
    assert not mentions(path) & {"os.environ", "os.getenv", "environ", "getenv"}


@every([*CORE, *OUTSIDE])
def test_what_is_deployed_knows_nothing_of_the_local_run(path: Path) -> None:
    assert not packages(path) & {"local", "tests", "cavendish_client"}


@every(sorted((FUNCTIONS / "adapters").glob("*.py")))
def test_an_adapter_stands_alone(path: Path) -> None:
    parts = (
        "adapters.accounts",
        "adapters.attempts",
        "adapters.counts",
        "adapters.new_job",
        "adapters.reads",
        "adapters.rows",
        "adapters.google_token",
        "adapters.inflated",
        "adapters.limited_stream",
        "adapters.pinned",
        "adapters.transaction",
    )

    assert not [one for one in imports(path) if one.startswith("adapters.") and not one.startswith(parts)]


@every(CLIENT)
def test_what_users_install_needs_no_checkout(path: Path) -> None:
    assert not packages(path) & {"adapters", "cavendish", "local", "tests", "wiring"}


@every(sorted((ROOT / "local" / "model_server").rglob("*.py")))
def test_the_model_server_is_another_hand_than_the_product(path: Path) -> None:
    assert not packages(path) & {"cavendish", "cavendish_client", "adapters", "wiring"}


@every([path for path in OUTSIDE if "def handler(" in path.read_text()])
def test_a_handler_decodes_makes_one_call_and_encodes(path: Path) -> None:
    (handler,) = [one for one in functions(path) if one.name == "handler"]

    assert length(handler) <= 12
    assert not [node for node in ast.walk(handler) if isinstance(node, ast.If | ast.For | ast.While)]


@every(OURS)
def test_a_file_is_called_after_what_it_holds(path: Path) -> None:
    assert path.stem not in NAMELESS


@every(OURS)
def test_a_file_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200
    assert not [f"{one.name}: {length(one)}" for one in functions(path) if length(one) > 30]


@every(OURS)
def test_a_file_says_what_it_holds(path: Path) -> None:
    assert not path.read_text().strip() or ast.get_docstring(parsed(path))


@pytest.mark.parametrize("file", LONGEST)
def test_the_deployment_can_be_read_from_top_to_bottom(file: str) -> None:
    assert len((ROOT / file).read_text().splitlines()) <= LONGEST[file]


def values() -> list[type[Any]]:
    modules = [".".join(path.relative_to(LAYERS).with_suffix("").parts).removesuffix(".__init__") for path in CORE]
    classes = {one for module in modules for _, one in getmembers(importlib.import_module(module), isclass)}
    ours = [one for one in classes if one.__module__.startswith("cavendish")]
    return sorted((one for one in ours if issubclass(one, BaseModel) or dataclasses.is_dataclass(one)), key=str)


@pytest.mark.parametrize("value", values(), ids=lambda one: one.__qualname__)
def test_a_value_never_changes(value: Any) -> None:
    frozen = value.model_config["frozen"] if issubclass(value, BaseModel) else value.__dataclass_params__.frozen

    assert frozen
