"""Requests without a client, as any program makes them."""

from typing import Any

import httpx

from tests.e2e.cloud import Cloud


def ask(cloud: Cloud, method: str, path: str, *, key: str | None = None, **more: Any) -> httpx.Response:
    """A request with the cloud's key unless another one is given; `headers` are beside it."""
    headers = {"authorization": f"Bearer {key or cloud.running.key}", **more.pop("headers", {})}
    return httpx.request(method, cloud.running.api + path, headers=headers, timeout=40, **more)
