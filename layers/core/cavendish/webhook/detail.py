"""An event as it stands on the bus, for rules of others: ids and names, nothing that would have to be kept secret."""

from typing import Self

from cavendish.contract.view import timestamp
from cavendish.value import Value
from cavendish.webhook.fact import Fact, message_id


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
    #: Counts what is told of one job, batch or endpoint; not all of it is on the bus.
    sequence: int
    job_id: str | None = None
    batch_id: str | None = None
    endpoint_id: str | None = None

    @classmethod
    def of(cls, fact: Fact) -> Self:
        fields = {"type": fact.type, "tenant": fact.tenant, "sequence": fact.sequence}
        return cls.model_validate({**fact.about, **fields, "id": message_id(fact), "timestamp": timestamp(fact.at)})
