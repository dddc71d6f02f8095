"""The shapes of what is told of webhooks (webhook/view.py): a test holds each to what is really answered."""

from typing import Any

from pydantic import Field

from cavendish.openapi.answers import Link, Moment
from cavendish.value import Value
from cavendish.webhook.delivery import State
from cavendish.webhook.events import EventType


class Endpoint(Value):
    """Where a tenant is told of all its jobs."""

    id: str
    url: Link
    events: list[EventType] = Field(description="What it is told of.")
    enabled: bool
    disabled_reason: str | None
    created_at: Moment
    failing_since: Moment | None = Field(description="Since when every try failed; after five days it is disabled.")


class EndpointWithSecret(Endpoint):
    """An endpoint with its newest secret."""

    secret: str = Field(description="What v1 signatures are verified with; it is shown this once.")


class Endpoints(Value):
    """All endpoints, the oldest first."""

    endpoints: list[Endpoint]


class Try(Value):
    """One time that a delivery was sent."""

    at: Moment
    took_s: float
    code: int | None = Field(description="The status that was answered; null: there was no answer.")
    answer: str = Field(description="Its first bytes, as text.")
    error: str | None = Field(description="What went wrong.")


class Delivery(Value):
    """One message to one receiver."""

    id: str
    endpoint: str | None = Field(description="The endpoint's id; null: it goes to the job's own webhook.")
    url: Link | None = Field(description="Where the job's own webhook leads.")
    message_id: str = Field(description="As the header webhook-id has it: the same each time it is sent.")
    type: str
    job_id: str | None
    batch_id: str | None
    sequence: int = Field(description="Counts what is told of one job, one batch or one endpoint.")
    timestamp: Moment = Field(description="When it happened.")
    status: State
    reason: str | None = Field(description="Why it was given up, or sent to nobody.")
    replays: int = Field(description="How often somebody asked for it to be sent anew.")
    next_at: Moment | None = Field(description="When it is tried next.")
    tries: list[Try] = Field(description="Since it was published, or sent anew last.")


class Deliveries(Value):
    """A page of deliveries, newest first."""

    deliveries: list[Delivery]
    next: str | None = Field(description="Send it as `after` for the next page; null: this is the last one.")


class Replayed(Value):
    """How much is sent anew."""

    sent: int = Field(description="Deliveries that are on their way again.")
    next: str | None = Field(description="Send it as `after` to go on; null: these were all.")


class DefaultSecret(Value):
    """What signs what jobs' own webhooks get."""

    secret: str
    version: int


class WebhookKeys(Value):
    """What v1a signatures are verified with, for every tenant."""

    keys: list[str] = Field(description='Ed25519 public keys, each as "whpk_" and base64.')


class JobMessage(Value):
    """What a receiver gets of a job."""

    type: str
    timestamp: Moment = Field(description="When it happened; the header webhook-timestamp says when it was sent.")
    data: dict[str, Any] = Field(
        description="The job as `GET` answers it when this is sent, and `sequence`. Of one that was deleted: its `id` "
        "and `status` `deleted`. `truncated`: something was left out to stay below 20 kB; read the job for the rest."
    )


class BatchMessage(Value):
    """What a receiver gets of a batch."""

    type: str
    timestamp: Moment
    data: dict[str, Any] = Field(
        description="The batch as `GET` answers it when this is sent, and `sequence`. `truncated`: something was left "
        "out to stay below 20 kB; read the batch or its manifest for the rest."
    )


class EndpointMessage(Value):
    """What a receiver gets of another endpoint."""

    type: str
    timestamp: Moment
    data: dict[str, Any] = Field(description="The endpoint as `GET` answers it, and `sequence`.")
