"""Which deliveries a caller asks for: the parameters of a list, and what is to be sent anew."""

from typing import Annotated, Final

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from cavendish.contract.body import read_fields
from cavendish.contract.faults import faults
from cavendish.contract.listing import number
from cavendish.contract.query import read_query
from cavendish.errors import RequestInvalid
from cavendish.value import Value
from cavendish.webhook import endpoint
from cavendish.webhook.delivery import State
from cavendish.webhook.query import PAGE_MAX, DeliveryQuery, read_cursor

ENDPOINT_ID: Final = f"^{endpoint.PREFIX}[0-7][0-9A-HJKMNP-TV-Z]{{25}}$"


def _after(sent: object) -> object:
    return read_cursor(sent) if isinstance(sent, str) else sent


def _moment(sent: object) -> object:
    """Pydantic would take a number for the seconds since the epoch, and digits too."""
    if not isinstance(sent, str) or "T" not in sent.upper():
        raise ValueError("this is no moment; write 2026-11-20T12:00:00Z")
    return sent


class DeliveryList(Value):
    """The parameters of a list, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: Annotated[str | None, Field(pattern=ENDPOINT_ID)] = None
    status: State | None = None
    #: The delivery that the page before ended with; a parameter has the cursor.
    after: Annotated[str | None, BeforeValidator(_after)] = None
    limit: Annotated[int, BeforeValidator(number), Field(ge=1, le=PAGE_MAX)] = 20

    @property
    def query(self) -> DeliveryQuery:
        return DeliveryQuery(endpoint=self.endpoint, status=self.status, after=self.after, limit=self.limit)


class Replay(Value):
    """What of an endpoint's deliveries is to be sent anew."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    since: Annotated[AwareDatetime, BeforeValidator(_moment), Field(strict=False)] = Field(
        description="What happened from this moment on."
    )
    everything: bool = Field(default=False, description="Also what arrived; by default only what did not.")
    after: Annotated[str | None, BeforeValidator(_after)] = Field(
        default=None, description="`next` of the answer before, to go on from there."
    )


def parse_list(parameters: list[tuple[str, str]]) -> DeliveryQuery:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, DeliveryList).query


def parse_replay(body: bytes) -> Replay:
    """Read a request to send anew. Raises RequestInvalid with every fault, RequestTooLarge."""
    fields = read_fields(body)
    try:
        return Replay.model_validate(fields)
    except ValidationError as error:
        raise RequestInvalid(faults(error, Replay)) from None
