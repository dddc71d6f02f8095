"""The page at /docs, in a real browser: it shows the whole document, without an error and without another host."""

import json
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from cavendish.openapi.operations import OPERATIONS
from tests.e2e.browser import browser
from tests.e2e.cloud import Cloud


@pytest.fixture(scope="module")
def page(cloud: Cloud) -> Iterator[Chrome]:
    """The page, when it has read the document."""
    with browser("window-size=1200,1600") as chrome:
        chrome.get(f"{cloud.running.api}/docs")
        WebDriverWait(chrome, 20).until(lambda chrome: chrome.find_elements(By.CLASS_NAME, "operation"))
        yield chrome


def texts(page: Chrome, selector: str) -> list[str]:
    """Also of what is folded away."""
    return [str(one.get_property("textContent")) for one in page.find_elements(By.CSS_SELECTOR, selector)]


def test_every_operation_is_on_the_page(page: Chrome) -> None:
    listed = texts(page, ".operation > summary")

    assert {f"{one.method}{one.path}{one.title}" for one in OPERATIONS} == set(listed)


def test_the_browser_has_nothing_to_complain_about(page: Chrome) -> None:
    assert page.get_log("browser") == []


def test_the_page_speaks_to_its_own_api_only(page: Chrome, cloud: Cloud) -> None:
    events = [json.loads(one["message"])["message"] for one in page.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"}

    assert f"{cloud.running.api}/openapi.json" in asked
    assert [url for url in asked if not url.startswith((cloud.running.api, "data:"))] == []


def test_every_default_of_a_request_is_on_the_page(page: Chrome, cloud: Cloud) -> None:
    document = httpx.get(f"{cloud.running.api}/openapi.json", timeout=30).json()
    fields = document["components"]["schemas"]["JobRequest"]["properties"]

    rows = texts(page, "#submitJob td:first-child code")

    assert set(fields) <= set(rows)


def test_the_first_example_can_be_copied_into_a_shell(page: Chrome, cloud: Cloud) -> None:
    command = texts(page, "#submitJob .copy code")[0]

    said = subprocess.run(["sh", "-c", command], env={"KEY": cloud.running.key}, capture_output=True, check=True)

    assert json.loads(said.stdout)["requested"]["size"] == "4K"
