"""Answers as every route gives them."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response


def json_answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[str]:
    """JSON that no cache keeps: a job's links are fresh at each reading."""
    return Response(
        status_code=status,
        content_type="application/json",
        body=json.dumps(body, ensure_ascii=False),
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
