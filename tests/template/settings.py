"""Which settings a handler can reach, read from the source: its module, what that imports, and what they call."""

import ast
from collections.abc import Iterator
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"


def reachable(module: str) -> set[str]:
    """The names that `setting("...")` is called with, on any way from this module on."""
    wiring = {one.name: one for one in parse("wiring").body if isinstance(one, ast.FunctionDef)}
    found, new = set[str](), set(entries(module))
    called = set[str]()
    while new:
        name = new.pop()
        called.add(name)
        if name in wiring:
            new |= set(calls(wiring[name])) - called
            found |= set(literals(wiring[name]))
    return found | {name for one in modules(module) for name in literals(parse(one))}


def modules(module: str) -> set[str]:
    """The module and all of ours that it imports, but for the wiring itself."""
    found, new = set[str](), {module}
    while new:
        name = new.pop()
        found.add(name)
        new |= {one for one in imports(parse(name)) if path(one) and one != "wiring"} - found
    return found


def entries(module: str) -> Iterator[str]:
    """What of the wiring is used: `wiring.jobs`."""
    for one in modules(module):
        for node in ast.walk(parse(one)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "wiring":
                yield node.attr


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def literals(tree: ast.AST) -> Iterator[str]:
    """The names in `setting("NAME")` and `wiring.setting("NAME")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("setting", "wiring.setting"):
            yield str(ast.literal_eval(node.args[0]))


def path(module: str) -> Path | None:
    file = FUNCTIONS.joinpath(*module.split("."))
    return next((one for one in (file / "__init__.py", file.with_suffix(".py")) if one.is_file()), None)


def parse(module: str) -> ast.Module:
    file = path(module)
    assert file, f"there is no module {module} in functions/"
    return ast.parse(file.read_text())
