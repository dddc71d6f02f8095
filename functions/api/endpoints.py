"""The routes of a tenant's endpoints. What they do is loaded when the first is asked: a submit need not pay for it."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import caller, incoming
from api.answers import empty_answer, json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.post("/v1/webhooks/endpoints")
def create_endpoint() -> Response[str]:
    from api import endpoints_desk

    made = endpoints_desk.create(caller.tenant(router), incoming.json_body(router))
    return json_answer(201, made, {"Location": f"{incoming.base_url(router)}/v1/webhooks/endpoints/{made['id']}"})


@router.get("/v1/webhooks/endpoints")
def list_endpoints() -> Response[str]:
    from api import endpoints_desk

    return json_answer(200, endpoints_desk.all_of(caller.tenant(router)))


@router.get("/v1/webhooks/endpoints/<endpoint_id>")
def read_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    return json_answer(200, endpoints_desk.read(caller.tenant(router), endpoint_id))


@router.patch("/v1/webhooks/endpoints/<endpoint_id>")
def change_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    return json_answer(200, endpoints_desk.change(caller.tenant(router), endpoint_id, incoming.json_body(router)))


@router.delete("/v1/webhooks/endpoints/<endpoint_id>")
def delete_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    endpoints_desk.delete(caller.tenant(router), endpoint_id)
    return empty_answer(204)


@router.post("/v1/webhooks/endpoints/<endpoint_id>/rotate")
def rotate_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    return json_answer(200, endpoints_desk.rotate(caller.tenant(router), endpoint_id))


@router.post("/v1/webhooks/endpoints/<endpoint_id>/ping")
def ping_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    return json_answer(202, endpoints_desk.ping(caller.tenant(router), endpoint_id))


@router.post("/v1/webhooks/endpoints/<endpoint_id>/replay")
def replay_endpoint(endpoint_id: str) -> Response[str]:
    from api import endpoints_desk

    return json_answer(202, endpoints_desk.replay_since(caller.tenant(router), endpoint_id, incoming.json_body(router)))
