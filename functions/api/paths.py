"""Paths are matched whole: powertools' patterns end in `$`, which overlooks a line's end that comes last."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware


def whole(app: APIGatewayHttpResolver, go_on: NextMiddleware) -> Response[Any]:
    """Go on, unless the path ends in what its route does not have."""
    if app.current_event.path.endswith("\n"):
        raise NotFoundError
    return go_on(app)
