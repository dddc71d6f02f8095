"""What a request brought, as every route asks for it."""

import base64

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api.headers import split
from api.problems import UnsupportedMedia
from cavendish.errors import RequestFault, RequestInvalid


def json_body(router: APIGatewayHttpRouter) -> bytes:
    """The body as it was sent, unless it says that it is no JSON. Raises UnsupportedMedia and RequestInvalid."""
    _check_media(router.current_event.headers.get("content-type") or "application/json")
    return _body(router)


def _check_media(content_type: str) -> None:
    media, *parameters = split(content_type, ";") or [""]
    if media.lower() != "application/json" and not media.lower().endswith("+json"):
        raise UnsupportedMedia(f"the Content-Type is {media}; send application/json")
    for name, _, value in (one.partition("=") for one in parameters):
        charset = value.strip().strip('"')
        if name.strip().lower() == "charset" and charset.lower() != "utf-8":
            raise UnsupportedMedia(f"the charset is {charset}; send UTF-8, which needs no charset")


def _body(router: APIGatewayHttpRouter) -> bytes:
    """API Gateway wraps what is not text in base64."""
    event = router.current_event
    text = event.body or ""
    try:
        return base64.b64decode(text, validate=True) if event.is_base64_encoded else text.encode()
    except ValueError:
        raise RequestInvalid([RequestFault("", "the body is not what it says: base64, or text")]) from None


def base_url(router: APIGatewayHttpRouter) -> str:
    """The address the caller used, to which /v1/jobs is appended."""
    context = router.current_event.request_context
    origin = wiring.setting("API_ORIGIN")
    return f"{origin}/{context.api_id}" if origin else f"https://{context.domain_name}"
