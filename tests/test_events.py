"""`events/` holds one JSON file for each way in: named after a module, and used."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
EVENTS = sorted(path for path in (ROOT / "events").rglob("*") if path.is_file())
HANDLERS = {path.stem for path in (ROOT / "functions").glob("*.py") if "\ndef handler(" in path.read_text()} | {"api"}


def test_every_event_is_named_after_its_module_and_its_case() -> None:
    for path in EVENTS:
        module, case, suffix = path.name.split(".")
        assert (path.parent, suffix) == (ROOT / "events", "json")
        assert module in HANDLERS
        assert case.replace("-", "_").isidentifier()


def test_every_event_can_be_read() -> None:
    for path in EVENTS:
        assert isinstance(json.loads(path.read_text()), dict)


def test_every_event_is_used_by_a_test() -> None:
    text = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))

    used = set(re.findall(r"""["'/]([a-z_]+\.[a-z-]+)(?:\.json)?["']""", text))

    assert {path.name.removesuffix(".json") for path in EVENTS} <= used
