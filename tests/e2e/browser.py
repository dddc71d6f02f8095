"""A real browser without a window: the machine's Chromium, which CI installs."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService


@contextmanager
def browser(*arguments: str) -> Iterator[Chrome]:
    driver = shutil.which("chromedriver")
    if driver is None and "CI" not in os.environ:  # a newcomer's `make test` is not to end for want of a browser
        pytest.skip("the page is tested in Chromium, and there is none here: install chromium and chromium-driver")
    options = ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "no-proxy-server", *arguments):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options, ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()
