"""GET /v1/jobs: the caller's jobs, newest first, a page at a time."""

from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller, incoming
from api.answers import json_answer
from cavendish.contract.listing import cursor, parse_query
from cavendish.contract.view import brief

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.get("/v1/jobs")
def list_jobs() -> Response[str]:
    tenant = caller.tenant(router)
    parameters = _parameters()
    page = wiring.job_list().page(tenant, parse_query(parameters), wiring.clock())
    after = cursor(page.after) if page.after else None
    body = {"jobs": [brief(job, base_url=incoming.base_url(router)) for job in page.jobs], "next": after}
    return json_answer(200, body, _link({**dict(parameters), "after": after}) if after else {})


def _parameters() -> list[tuple[str, str]]:
    """As they were sent: API Gateway would join what was sent twice."""
    return parse_qsl(router.current_event.raw_query_string, keep_blank_values=True)


def _link(parameters: dict[str, str]) -> dict[str, str]:
    return {"Link": f'<{incoming.base_url(router)}/v1/jobs?{urlencode(parameters)}>; rel="next"'}
