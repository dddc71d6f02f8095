"""What the official SDK sends, recorded: the other hand to which our requests are compared."""

import json
from collections.abc import Callable
from typing import Any

import httpx
from openai import OpenAI


def sent_by_openai(call: Callable[[OpenAI], object], answer: dict[str, Any] | None = None) -> tuple[str, Any]:
    """URL and body of the one request that a call of openai 2.54.0 makes."""
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=answer or {})

    with httpx.Client(transport=httpx.MockTransport(record)) as client:
        call(OpenAI(api_key="a-key", base_url="https://h/v1", max_retries=0, http_client=client))
    (request,) = sent
    return str(request.url), json.loads(request.content)
