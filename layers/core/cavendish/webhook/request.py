"""What a caller may send for an endpoint, read from JSON with every fault at once."""

from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from cavendish.contract.body import read_fields
from cavendish.contract.faults import faults
from cavendish.errors import RequestInvalid
from cavendish.value import Value
from cavendish.web.web_address import MAX_CHARS
from cavendish.webhook.events import EventType
from cavendish.webhook.receiver import Check, checked, opened

Url = Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]
Events = Annotated[list[EventType], Field(max_length=20)]


class NewEndpoint(Value):
    """An endpoint that is asked for. No events: all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Url
    events: Events = Field(default_factory=list)

    @field_validator("url")
    @classmethod
    def _url_may_be_opened(cls, url: str, info: ValidationInfo) -> str:
        return opened(url, info)


class EndpointChange(Value):
    """What is to be different; what is not sent stays."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Url | None = None
    events: Events | None = None
    enabled: bool | None = None

    @field_validator("url")
    @classmethod
    def _url_may_be_opened(cls, url: str | None, info: ValidationInfo) -> str | None:
        return None if url is None else opened(url, info)


_R = TypeVar("_R", NewEndpoint, EndpointChange)


def parse_endpoint(body: bytes, wanted: type[_R], check: Check) -> _R:
    """Read it. `check` says whether a URL is opened here and now. Raises RequestInvalid, RequestTooLarge."""
    fields = read_fields(body)
    try:
        return wanted.model_validate(fields, context=checked(check))
    except ValidationError as error:
        raise RequestInvalid(faults(error, wanted)) from None
