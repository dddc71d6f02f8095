"""How tests call a model, and what they expect of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adapters.model_http import ModelHttp
from cavendish.credential import Credential
from cavendish.errors import CallFailed
from cavendish.wire import WireRequest


def new_client() -> ModelHttp:
    return ModelHttp(lambda route: Credential(f"key of {route}"), {"gemini": "http://gemini.test"}, time.monotonic)


def call(client: ModelHttp, url: str, *, limit_s: float = 5, path: str = "/v1beta/x", **body: Any) -> tuple[int, bytes]:
    request = WireRequest(path=path, headers={"x-goog-api-key": "secret"}, body=body)
    with client.send(url, request, limit_s=limit_s) as answer:
        return answer.status, b"".join(answer.chunks())


@contextmanager
def failing(kind: str, *, sent: bool) -> Iterator[None]:
    """A call fails so; gives nothing."""
    with pytest.raises(CallFailed) as failed:
        yield
    assert (failed.value.kind, failed.value.sent) == (kind, sent)


@contextmanager
def taking(at_least_s: float, at_most_s: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert at_least_s <= time.monotonic() - began <= at_most_s
