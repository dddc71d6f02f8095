"""A real model server in a process of its own, and the official SDK pointed at it."""

import base64
import io
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

with warnings.catch_warnings():  # the SDK's source warns while it is compiled; our tests take warnings for errors
    warnings.simplefilter("ignore", DeprecationWarning)
    from google import genai
    from google.genai import types

ROOT = Path(__file__).parents[2]
START = (sys.executable, "-m", "local.model_server", "--port", "0")


@dataclass(frozen=True, slots=True)
class ModelServer:
    url: str
    process: subprocess.Popen[str]

    def script(self, match: str, *answers: str, model: str | None = None) -> None:
        body = {"match": match, "answers": answers, "model": model}
        httpx.post(f"{self.url}/_control/scripts", json=body).raise_for_status()

    def get(self, what: str) -> Any:
        return httpx.get(f"{self.url}/_control/{what}").json()

    def calls(self, prompt: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = httpx.get(f"{self.url}/_control/calls", params={"prompt": prompt}).json()
        return rows

    def post(self, path: str, body: Any, key: str = "k", timeout_s: float = 10) -> httpx.Response:
        """A call as a gateway's client makes it."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.post(f"{self.url}{path}", json=body, headers=headers, timeout=timeout_s)

    def fetch(self, path: str, key: str = "k") -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {key}"} if key else {})

    def generate(
        self, prompt: str, model: str = "gemini-3.1-flash-image", timeout_s: float = 10, **more: Any
    ) -> httpx.Response:
        """The call without an SDK, for answers that no SDK would show as they are."""
        body = {"contents": [{"parts": [{"text": prompt}]}], **more}
        address = f"{self.url}/v1beta/models/{model}:generateContent"
        return httpx.post(address, json=body, headers={"x-goog-api-key": "k"}, timeout=timeout_s)


@contextmanager
def running(*options: str) -> Iterator[ModelServer]:
    with subprocess.Popen([*START, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield ModelServer(json.loads(process.stdout.readline())["url"], process)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    with running("--time-scale", "0.05") as started:
        yield started


@pytest.fixture
def own_server() -> Iterator[ModelServer]:
    """For tests that stop it, or change its weather."""
    with running("--time-scale", "0.05") as started:
        yield started


@pytest.fixture(scope="session")
def client_for(server: ModelServer) -> Callable[[str], genai.Client]:
    def build(key: str) -> genai.Client:
        return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=server.url, api_version="v1beta"))

    return build


@pytest.fixture(scope="session")
def client(client_for: Callable[[str], genai.Client]) -> genai.Client:
    return client_for("any")


def opened(data: bytes | str) -> Image.Image:
    """The picture in bytes, or in base64 with or without the head of a data URL; every pixel of it was read."""
    raw = base64.b64decode(data.rpartition(",")[2]) if isinstance(data, str) else data
    image = Image.open(io.BytesIO(raw))
    image.load()
    return image


@pytest.fixture(scope="session")
def measured() -> Callable[[bytes | str], tuple[int, int]]:
    return lambda data: opened(data).size
