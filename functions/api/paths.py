"""Paths are matched whole, and a path of its own before one with a name in it; powertools does neither always.

Its patterns end in `$`, which overlooks a line's end that comes last; and where a path of its own lacks a method, it
takes the next pattern that has it.
"""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from cavendish.openapi.operations import methods


def whole(app: APIGatewayHttpResolver, go_on: NextMiddleware) -> Response[Any]:
    """Go on, unless the route is another path's."""
    asked = app.current_event
    if asked.path.endswith("\n") or asked.http_method not in methods(asked.path):
        raise NotFoundError
    return go_on(app)
