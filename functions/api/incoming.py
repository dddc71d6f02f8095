"""What a request brought, as every route asks for it."""

import base64

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring


def body(router: APIGatewayHttpRouter) -> bytes:
    """The body as it was sent: API Gateway wraps what is not text in base64."""
    event = router.current_event
    text = event.body or ""
    return base64.b64decode(text) if event.is_base64_encoded else text.encode()


def base_url(router: APIGatewayHttpRouter) -> str:
    """The address the caller used, to which /v1/jobs is appended."""
    context = router.current_event.request_context
    origin = wiring.setting("API_ORIGIN")
    return f"{origin}/{context.api_id}" if origin else f"https://{context.domain_name}"
