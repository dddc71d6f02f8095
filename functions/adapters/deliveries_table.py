"""Deliveries, in the table of jobs: each in a partition of its own, since one receiver may get many at once."""

from collections.abc import Iterator
from typing import Any, Final

from adapters.reads import due, row, several
from adapters.rows import due_fields, number, text
from cavendish.errors import Overtaken
from cavendish.webhook.delivery import PREFIX, Delivery
from cavendish.webhook.query import DeliveryPage, DeliveryQuery

#: Their partitions of the index of what is due.
_DUE: Final = "delivery-"
_SK: Final = "DELIVERY"
#: One page reads so many rows of the index at most, and so many at once.
_ROWS: Final = 2_000
_ROWS_AT_ONCE: Final = 500


class DeliveriesTable:
    """The port Deliveries."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, delivery: Delivery) -> bool:
        try:
            self._put(delivery, "attribute_not_exists(pk)")
        except Overtaken:
            return False
        return True

    def get(self, delivery_id: str) -> Delivery | None:
        found = row(self._client, self._table, _partition(delivery_id), _SK)
        return Delivery.model_validate_json(found["doc"]["S"]) if found else None

    def save(self, before: Delivery, after: Delivery) -> None:
        self._put(after, "revision = :revision", ExpressionAttributeValues={":revision": number(before.revision)})

    def due(self, now: float) -> Iterator[str]:
        yield from (_id(row) for row in due(self._client, self._table, _DUE, now))

    def page(self, tenant: str, query: DeliveryQuery) -> DeliveryPage:
        ids, after = self._ids(tenant, query)
        found = {one.id: one for one in self._read(ids)}
        # The index is a little behind: only the row knows where the delivery stands.
        return DeliveryPage([found[one] for one in ids if one in found and query.wants(found[one])], after)

    def _ids(self, tenant: str, query: DeliveryQuery) -> tuple[list[str], str | None]:
        ids: list[str] = []
        after = query.after
        for _ in range(_ROWS // _ROWS_AT_ONCE):
            answer = self._query(tenant, query, after)
            ids += [_id(row) for row in answer["Items"]]
            if len(ids) > query.limit:
                return ids[: query.limit], ids[query.limit - 1]
            if "LastEvaluatedKey" not in answer:
                return ids, None
            after = _id(answer["LastEvaluatedKey"])
        return ids, after

    def _query(self, tenant: str, query: DeliveryQuery, after: str | None) -> dict[str, Any]:
        names = {"#status": "status"} if query.status else {}
        asked = {":status": text(query.status)} if query.status else {}
        asked |= {":receiver": text(query.endpoint)} if query.endpoint else {}
        filters = ["#status = :status"] if query.status else []
        filters += ["contains(tags, :receiver)"] if query.endpoint else []
        first, last = _span(query, after)
        answer: dict[str, Any] = self._client.query(
            TableName=self._table,
            IndexName="tenant",
            KeyConditionExpression="tenant = :tenant AND pk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":tenant": text(_owner(tenant)),
                ":first": text(first),
                ":last": text(last),
                **asked,
            },
            **({"FilterExpression": " AND ".join(filters)} if filters else {}),
            **({"ExpressionAttributeNames": names} if names else {}),
            ScanIndexForward=query.oldest_first,
            Limit=_ROWS_AT_ONCE,
        )
        return answer

    def _read(self, ids: list[str]) -> Iterator[Delivery]:
        rows = several(self._client, self._table, [(_partition(one), _SK) for one in ids])
        yield from (Delivery.model_validate_json(row["doc"]["S"]) for row in rows)

    def _put(self, delivery: Delivery, condition: str, **values: Any) -> None:
        row = {
            "pk": text(_partition(delivery.id)),
            "sk": text(_SK),
            "doc": text(delivery.model_dump_json()),
            "revision": number(delivery.revision),
            # The index of jobs by tenant, in a partition that no tenant's jobs are in: # is in no tenant's name.
            "tenant": text(_owner(delivery.tenant)),
            "status": text(delivery.state),
            "tags": {"SS": [delivery.receiver]},
            "expires_at": number(int(delivery.expires_at)),
            **due_fields(delivery.id, delivery.due_at, _DUE),
        }
        try:
            self._client.put_item(TableName=self._table, Item=row, ConditionExpression=condition, **values)
        except self._client.exceptions.ConditionalCheckFailedException:
            raise Overtaken(f"delivery {delivery.id} was written by somebody else") from None


def _partition(delivery_id: str) -> str:
    return f"DELIVERY#{delivery_id}"


def _owner(tenant: str) -> str:
    return f"deliveries#{tenant}"


def _id(row: dict[str, Any]) -> str:
    return str(row["pk"]["S"]).removeprefix("DELIVERY#")


def _span(query: DeliveryQuery, after: str | None) -> tuple[str, str]:
    """The first and the last key that can be asked for; ids sort by time, and "~" behind all of them."""
    oldest = PREFIX + query.oldest if query.oldest else ""
    if after is None:
        return _partition(oldest), _partition("~")
    # What comes next to a key: one character more, or the last one less and all that begins so.
    return (_partition(after) + " ", _partition("~")) if query.oldest_first else (_partition(oldest), _before(after))


def _before(after: str) -> str:
    return _partition(after[:-1] + chr(ord(after[-1]) - 1) + "~")
