"""The routes of batches. What they do is loaded when the first is asked: a submit need not pay for it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import caller, incoming
from api.answers import json_answer

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.post("/v1/batches")
def post_batch() -> Response[str]:
    from api import batches_desk

    tenant = caller.tenant(router)
    body, header = incoming.json_body(router), router.current_event.headers.get("idempotency-key")
    shown, replayed = batches_desk.post(tenant, body, header, incoming.base_url(router))
    return json_answer(202, shown, _new(shown, replayed))


@router.get("/v1/batches")
def list_batches() -> Response[str]:
    from api import batches_desk

    tenant, parameters = caller.tenant(router), _parameters()
    page = batches_desk.page(tenant, parameters, incoming.base_url(router))
    return json_answer(200, page, _link("/v1/batches", parameters, page))


@router.post("/v1/batches/plan")
def plan_batch() -> Response[str]:
    from api import batches_desk

    caller.tenant(router)
    return json_answer(200, batches_desk.plan(incoming.json_body(router)))


@router.get("/v1/batches/<batch_id>")
def read_batch(batch_id: str) -> Response[str]:
    from api import batches_desk

    shown, again = batches_desk.read(caller.tenant(router), batch_id, incoming.base_url(router))
    return json_answer(200, shown, again)


@router.get("/v1/batches/<batch_id>/items")
def list_batch_items(batch_id: str) -> Response[str]:
    from api import batches_desk

    tenant, parameters = caller.tenant(router), _parameters()
    page = batches_desk.items(tenant, batch_id, parameters, incoming.base_url(router))
    return json_answer(200, page, _link(f"/v1/batches/{batch_id}/items", parameters, page))


@router.get("/v1/batches/<batch_id>/manifest")
def read_manifest(batch_id: str) -> Response[str]:
    from api import batches_desk

    return json_answer(200, batches_desk.manifest(caller.tenant(router), batch_id))


@router.post("/v1/batches/<batch_id>/cancel")
def cancel_batch(batch_id: str) -> Response[str]:
    from api import batches_desk

    status, shown, again = batches_desk.cancel(caller.tenant(router), batch_id, incoming.base_url(router))
    return json_answer(status, shown, again)


@router.post("/v1/batches/<batch_id>/retry")
def retry_batch(batch_id: str) -> Response[str]:
    from api import batches_desk

    shown, replayed = batches_desk.retry(caller.tenant(router), batch_id, incoming.base_url(router))
    return json_answer(202, shown, _new(shown, replayed))


def _new(shown: dict[str, Any], replayed: dict[str, str]) -> dict[str, str]:
    return {"Location": shown["links"]["self"], **replayed}


def _parameters() -> list[tuple[str, str]]:
    """As they were sent: API Gateway would join what was sent twice."""
    return parse_qsl(router.current_event.raw_query_string, keep_blank_values=True)


def _link(path: str, parameters: list[tuple[str, str]], page: dict[str, Any]) -> dict[str, str]:
    if page["next"] is None:
        return {}
    query = urlencode({**dict(parameters), "after": page["next"]})
    return {"Link": f'<{incoming.base_url(router)}{path}?{query}>; rel="next"'}
