"""GET /v1/providers: how every provider does now."""

from functools import lru_cache
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller
from api.answers import json_answer
from cavendish.catalog.file import catalog

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

#: What was read is told to everybody for this long, in seconds: it is the same for all, and many may look at once.
_REMEMBERED_S: Final = 10


@router.get("/v1/providers")
def list_providers() -> Response[str]:
    caller.tenant(router)
    return json_answer(200, _known(int(wiring.clock() // _REMEMBERED_S)))


@lru_cache(maxsize=1)
def _known(window: int) -> dict[str, Any]:
    from cavendish.pipeline.providers import providers  # noqa: PLC0415
    from wired import learning  # noqa: PLC0415
    from wired.permits import permits  # noqa: PLC0415  # a submit's cold start need not pay for it

    return providers(
        measurements=wiring.measurements(),
        closures=wiring.closures(),
        permits=permits(),
        keyed=wiring.keyed_routes(),
        catalog=catalog(),
        now=wiring.clock(),
        learning=learning.is_on(),
    ).model_dump(mode="json")
