"""Answers as every route gives them."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import incoming
from cavendish.attempt import Attempt
from cavendish.contract.again import ask_again_s
from cavendish.contract.view import LINK_EXPIRES_S, view
from cavendish.job import Job
from wired.times import times


def json_answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[str]:
    """JSON that no cache keeps: a job's links are fresh at each reading."""
    return Response(
        status_code=status,
        content_type="application/json",
        body=json.dumps(body, ensure_ascii=False),
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def job_answer(
    router: APIGatewayHttpRouter, status: int, job: Job, attempts: list[Attempt], headers: dict[str, str] | None = None
) -> Response[str]:
    """A job, with the word on when to ask again."""
    return json_answer(status, job_body(router, job, attempts), {**again(job, attempts), **(headers or {})})


def job_body(router: APIGatewayHttpRouter, job: Job, attempts: list[Attempt]) -> dict[str, Any]:
    return view(job, attempts, base_url=incoming.base_url(router), link=_link, now=wiring.clock())


def again(job: Job, attempts: list[Attempt]) -> dict[str, str]:
    seconds = ask_again_s(job, attempts, wiring.clock(), times)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def empty_answer(status: int, headers: dict[str, str] | None = None) -> Response[str]:
    """An answer that has no body, and so no type."""
    return Response(status_code=status, body="", headers={"Cache-Control": "no-store", **(headers or {})})


def _link(object_key: str, mime: str) -> str:
    return wiring.images().link(object_key, mime=mime, expires_s=LINK_EXPIRES_S)
