"""GET /v1/recommend: what the articles' decision tables say for a use. It needs no key."""

from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.answers import json_answer
from cavendish.catalog.file import catalog

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

#: The same for everybody until the next deployment.
_KEEP = {"Cache-Control": "public, max-age=300"}


@router.get("/v1/recommend")
def read_recommendation() -> Response[str]:
    from cavendish.advice.articles import articles  # noqa: PLC0415  # a submit's cold start need not pay for it
    from cavendish.advice.recommend import recommend  # noqa: PLC0415  # a submit's cold start need not pay for it
    from cavendish.advice.rules import parse_query, rules  # noqa: PLC0415

    query = parse_query(parse_qsl(router.current_event.raw_query_string, keep_blank_values=True))
    return json_answer(200, recommend(query, catalog(), rules(), articles()).model_dump(mode="json"), _KEEP)
