"""GET /v1/stats: what the calls of the caller's jobs came to."""

from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller
from api.answers import json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.get("/v1/stats")
def read_stats() -> Response[str]:
    from cavendish.stats.stats import parse_query, stats  # noqa: PLC0415  # a submit's cold start need not pay for it

    tenant = caller.tenant(router)
    query = parse_query(parse_qsl(router.current_event.raw_query_string, keep_blank_values=True))
    return json_answer(200, stats(query, tenant, wiring.statistics(), wiring.clock()).model_dump(mode="json"))
