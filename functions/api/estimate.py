"""POST /v1/estimate: what a submit would cost and how long it would take. Nothing is written, queued or called."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import caller, incoming
from api.answers import json_answer
from api.receivers import check
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.post("/v1/estimate")
def estimate() -> Response[str]:
    from wired.estimating import estimated  # noqa: PLC0415  # a submit's cold start need not pay for it

    tenant = caller.tenant(router)
    request = parse(incoming.json_body(router), catalog(), check)
    return json_answer(200, estimated(request, tenant).model_dump(mode="json"))
