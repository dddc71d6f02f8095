"""What is made of other files is up to date."""

from pathlib import Path

import pytest

from tests.pages import PAGES, ROOT


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_its_sources_make(name: str) -> None:
    assert Path(ROOT / name).read_text() == PAGES[name](), "run `make docs`"
