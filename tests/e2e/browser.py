"""A real browser: Debian's Chromium without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService


@contextmanager
def browser(*arguments: str) -> Iterator[Chrome]:
    driver = shutil.which("chromedriver")
    assert driver, "there is no chromedriver: apt install chromium chromium-driver"
    options = ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "no-proxy-server", *arguments):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options, ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()
