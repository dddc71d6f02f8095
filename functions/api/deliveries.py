"""The routes of a tenant's deliveries. What they do is loaded when the first is asked: a submit need not pay for it."""

from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import caller, incoming
from api.answers import json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.get("/v1/webhooks/deliveries")
def list_deliveries() -> Response[str]:
    from api import deliveries_desk

    tenant = caller.tenant(router)
    parameters = parse_qsl(router.current_event.raw_query_string, keep_blank_values=True)
    page = deliveries_desk.page(tenant, parameters)
    return json_answer(200, page, _link({**dict(parameters), "after": page["next"]}) if page["next"] else {})


@router.get("/v1/webhooks/deliveries/<delivery_id>")
def read_delivery(delivery_id: str) -> Response[str]:
    from api import deliveries_desk

    return json_answer(200, deliveries_desk.read(caller.tenant(router), delivery_id))


@router.post("/v1/webhooks/deliveries/<delivery_id>/replay")
def replay_delivery(delivery_id: str) -> Response[str]:
    from api import deliveries_desk

    return json_answer(202, deliveries_desk.replay(caller.tenant(router), delivery_id))


def _link(parameters: dict[str, str]) -> dict[str, str]:
    return {"Link": f'<{incoming.base_url(router)}/v1/webhooks/deliveries?{urlencode(parameters)}>; rel="next"'}
