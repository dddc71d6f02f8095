"""Whatever is sent to the API, it answers as its document says, and never with a failure of its own."""

from pathlib import Path

import pytest

from tests.fuzz import fuzz
from tests.integration.gateway import gateway
from tests.integration.handlers import KEY, Functions

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_the_api_keeps_what_its_document_promises(functions: Functions, tmp_path: Path) -> None:
    functions.with_key()

    with gateway() as api:
        found = fuzz(api, KEY, tmp_path, "--max-examples", "20")

    assert not found, found
