"""The facts that are published, by their names, and those that are about an endpoint."""

from typing import Final, Literal, get_args

from cavendish.value import Value

JobEventType = Literal[
    "job.queued",
    "job.started",
    "job.downgraded",
    "job.fell_back",
    "job.succeeded",
    "job.partial",
    "job.failed",
    "job.cancelled",
    "job.expired",
]
EventType = Literal[JobEventType, "batch.completed", "endpoint.disabled"]
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
#: What a job's own webhook hears of, if it does not say. A job ends with one of these, once.
TERMINAL_EVENTS: Final[tuple[JobEventType, ...]] = (
    *("job.succeeded", "job.partial", "job.failed", "job.cancelled", "job.expired"),
)
DISABLED: Final = "endpoint.disabled"
#: A test that somebody asked for. It goes to one endpoint, whatever that one wants to hear of, and to nobody else.
PING: Final = "endpoint.ping"


class Notice(Value):
    """A fact about an endpoint: written with the change it tells of, published by the stream as a job's events are."""

    type: str
    endpoint_id: str
    tenant: str
    sequence: int
    at: float

    @property
    def about(self) -> dict[str, str]:
        """What it is about, by the name of its kind."""
        return {"endpoint_id": self.endpoint_id}
