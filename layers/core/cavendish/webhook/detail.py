"""An event as it stands on the bus, for rules of others: ids and names, nothing that would have to be kept secret."""

from typing import Self

from cavendish.job import Event
from cavendish.value import Value
from cavendish.view import timestamp
from cavendish.webhook.events import Notice


class Detail(Value):
    """The `detail` of an event on the bus; its `detail-type` is the type, its source "cavendish".

    The same event may come twice, with the same id. `model_json_schema` is its schema.
    """

    v: int = 1
    #: As the header webhook-id has it.
    id: str
    type: str
    #: When it happened, RFC 3339.
    timestamp: str
    tenant: str
    #: Counts what is told of one job, or of one endpoint; not all of it is on the bus.
    sequence: int
    job_id: str | None = None
    endpoint_id: str | None = None

    @classmethod
    def of(cls, event: Event | Notice) -> Self:
        about = {"endpoint_id": event.endpoint_id} if isinstance(event, Notice) else {"job_id": event.job_id}
        (subject,) = about.values()
        fields = {"type": event.type, "tenant": event.tenant, "sequence": event.sequence}
        message_id = f"msg_{subject}_{event.sequence:06}"
        return cls.model_validate({**about, **fields, "id": message_id, "timestamp": timestamp(event.at)})
