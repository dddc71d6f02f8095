"""Tenants' endpoints and default secrets, in the table of jobs."""

from typing import Any, Final

from adapters.reads import key, row
from adapters.rows import number, text
from adapters.transaction import write
from cavendish.errors import Overtaken
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import Notice
from cavendish.webhook.secret import TenantSecret

#: Events are kept as long as deliveries of them, in seconds.
_EVENT_KEPT_S: Final = 30 * 86_400


class EndpointsTable:
    """The port Endpoints."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, endpoint: Endpoint) -> None:
        exists = Overtaken(f"endpoint {endpoint.id} exists")
        write(self._client, [self._put(_row(endpoint), "attribute_not_exists(pk)")], exists)

    def get(self, tenant: str, endpoint_id: str) -> Endpoint | None:
        found = row(self._client, self._table, _partition(tenant), endpoint_id)
        return Endpoint.model_validate_json(found["doc"]["S"]) if found else None

    def all(self, tenant: str) -> list[Endpoint]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(_partition(tenant))},
        )
        return [Endpoint.model_validate_json(row["doc"]["S"]) for page in pages for row in page["Items"]]

    def save(self, before: Endpoint, after: Endpoint, notice: Notice | None = None) -> None:
        put = self._put(_row(after), "revision = :revision", {":revision": number(before.revision)})
        events = [self._put(_event_row(notice), "attribute_not_exists(pk)")] if notice else []
        write(self._client, [put, *events], Overtaken(f"endpoint {before.id} was changed by somebody else"))

    def delete(self, tenant: str, endpoint_id: str) -> bool:
        answer = self._client.delete_item(
            TableName=self._table, Key=key(_partition(tenant), endpoint_id), ReturnValues="ALL_OLD"
        )
        return "Attributes" in answer

    def tenant_secret(self, tenant: str) -> TenantSecret:
        found = row(self._client, self._table, *_secret_place(tenant))
        return TenantSecret.model_validate_json(found["doc"]["S"]) if found else TenantSecret(tenant=tenant)

    def rotate(self, before: TenantSecret, after: TenantSecret) -> None:
        document = {"doc": text(after.model_dump_json()), "version": number(after.version)}
        # At first there is no row: the first version is nobody's to write.
        condition = "attribute_not_exists(pk)" if before.version == 1 else "version = :version"
        values = {} if before.version == 1 else {":version": number(before.version)}
        taken = Overtaken(f"the secret of {before.tenant} was rotated by somebody else")
        write(self._client, [self._put({**key(*_secret_place(after.tenant)), **document}, condition, values)], taken)

    def _put(self, row: dict[str, Any], condition: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
        put = {"TableName": self._table, "Item": row, "ConditionExpression": condition}
        return {"Put": {**put, **({"ExpressionAttributeValues": values} if values else {})}}


def _partition(tenant: str) -> str:
    return f"ENDPOINTS#{tenant}"


def _secret_place(tenant: str) -> tuple[str, str]:
    return f"TENANT#{tenant}", "SECRET"


def _row(endpoint: Endpoint) -> dict[str, Any]:
    document = {"doc": text(endpoint.model_dump_json()), "revision": number(endpoint.revision)}
    return {**key(_partition(endpoint.tenant), endpoint.id), **document}


def _event_row(notice: Notice) -> dict[str, Any]:
    """As a job's event: the stream publishes both by how their keys begin."""
    return {
        **key(f"ENDPOINT#{notice.endpoint_id}", f"EVENT#{notice.sequence:06}"),
        "doc": text(notice.model_dump_json()),
        "type": text(notice.type),
        "expires_at": number(int(notice.at) + _EVENT_KEPT_S),
    }
