"""What the functions import is what the layer brings, and that is what the lock says."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "layers" / "vendor" / "requirements.txt"


def uv(*arguments: str) -> str:
    """Runs uv: the one of the Makefile, or the one on the path."""
    path = os.pathsep.join((str(ROOT / ".uv" / "bin"), os.environ["PATH"]))
    program = shutil.which("uv", path=path)
    assert program, "uv is neither in .uv/ nor on the path: run `make setup`"
    command = [program, *arguments, "--offline", "--quiet"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def pinned(requirements: str) -> list[str]:
    """Without the comments, whose form changes with uv's releases."""
    return [line for line in requirements.splitlines() if line.strip() and not line.strip().startswith("#")]


def third_party() -> Iterator[str]:
    for path in [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module).split(".")[0]


def test_the_layer_brings_what_is_locked() -> None:
    exported = uv("export", "--frozen", "--only-group", "functions", "--no-emit-project", "--no-header")

    assert pinned(REQUIREMENTS.read_text()) == pinned(exported), "run `make vendor`"


def test_the_layer_brings_what_is_imported() -> None:
    brought = {re.split(r"[=\s]", line)[0] for line in pinned(REQUIREMENTS.read_text())}
    modules = set(third_party()) - sys.stdlib_module_names - {path.stem for path in (ROOT / "functions").iterdir()}
    # Some share a name: "google" is google-auth's, and that of others which only the tests bring.
    homes = {
        module: {one.lower().replace("_", "-") for one in names} for module, names in packages_distributions().items()
    }

    assert not [module for module in modules - {"cavendish"} if not homes[module] & brought]


def test_everything_that_is_brought_is_held_to_its_bytes() -> None:
    assert all(line.startswith(" ") or "==" in line for line in pinned(REQUIREMENTS.read_text()))
    assert "--hash=sha256:" in REQUIREMENTS.read_text()
