"""How the tests are spread over processes: a file stays together, and so does all that needs a cloud."""

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module sets up is set up once; a second cloud beside the first would take both cores."""
    for item in items:
        group = "cloud" if E2E in item.path.parents else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
