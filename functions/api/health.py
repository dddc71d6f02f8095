"""GET /health: whether the service can read its table."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api.answers import json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

#: No job has this id: ULIDs are 26 characters.
_NO_JOB = "health"


@router.get("/health")
def health() -> Response[str]:
    wiring.jobs().get(_NO_JOB)
    return json_answer(200, {"status": "ok"})
