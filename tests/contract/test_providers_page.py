"""docs/providers.md is true: its table is the catalogue, and each claim has its test."""

import re
from pathlib import Path

from cavendish.catalog.file import catalog

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "providers.md").read_text()


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_table_of_routes_is_the_catalogue() -> None:
    written = {
        row[0].strip("`"): (row[1].strip("`"), row[2], re.findall("`([^`]+)`", row[3])) for row in rows("All routes")
    }

    assert written == {name: (one.base_url, one.dialect, list(one.models)) for name, one in catalog().routes.items()}
    assert list(written) == list(catalog().routes)


def test_what_is_said_to_be_proven_is_proven_by_a_test_of_that_name() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    named = [name for row in rows("What is proven here") for name in re.findall("`([a-z_]+)`", row[1])]

    assert len(named) > 8
    assert [name for name in named if not re.search(rf"^def test_\w*{name}", tests, re.MULTILINE)] == []
