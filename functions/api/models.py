"""The routes of the models: what each can do and what it costs. They need no key."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.answers import json_answer
from api.problems import UnknownModel
from cavendish.catalog.file import catalog
from cavendish.catalog.matrix import ModelView, matrix

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

#: The same for everybody until the next deployment.
_KEEP = {"Cache-Control": "public, max-age=300"}


@router.get("/v1/models")
def list_models() -> Response[str]:
    return json_answer(200, matrix(catalog()).model_dump(mode="json"), _KEEP)


@router.get("/v1/models/<model_id>")
def read_model(model_id: str) -> Response[str]:
    model = catalog().find(model_id)
    if model is None:
        raise UnknownModel
    return json_answer(200, ModelView.of(model, catalog()).model_dump(mode="json"), _KEEP)
