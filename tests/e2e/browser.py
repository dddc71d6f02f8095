"""A real browser without a window: the machine's Chromium, or, where there is none, one that Selenium fetches."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService


@contextmanager
def browser(*arguments: str) -> Iterator[Chrome]:
    options = ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "no-proxy-server", *arguments):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options, ChromeService(shutil.which("chromedriver")))
    try:
        yield chrome
    finally:
        chrome.quit()
