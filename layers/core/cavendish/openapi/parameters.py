"""The parameters of requests, by their names."""

from typing import Any, Final

from pydantic import BaseModel

from cavendish.advice.rules import Query
from cavendish.batch.listing import BatchList, ItemList
from cavendish.claim import KEY
from cavendish.contract.listing import JobQuery
from cavendish.stats.stats import StatsQuery
from cavendish.webhook.listing import ENDPOINT_ID, DeliveryList


def _in(place: str, name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "description": description, "schema": schema, **more}


def _path(name: str, description: str, schema: dict[str, Any], example: str) -> dict[str, Any]:
    return _in("path", name, description, schema, required=True, example=example)


_OF_JOBS: Final[dict[str, dict[str, Any]]] = {
    "job_id": _path(
        "job_id",
        "The job's id.",
        {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "01KX0000000000000000000000",
    ),
    "batch_id": _path(
        "batch_id",
        "The batch's id.",
        {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "01KX0000000000000000000001",
    ),
    "model_id": _path("model_id", "A model's id or alias.", {"type": "string"}, "nano-banana-pro"),
    "endpoint_id": _path(
        "endpoint_id", "The endpoint's id.", {"type": "string", "pattern": ENDPOINT_ID}, "ep_01KX0000000000000000000000"
    ),
    "delivery_id": _path(
        "delivery_id",
        "The delivery's id.",
        {"type": "string", "pattern": "^dlv_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "dlv_01KX0000000000000000000000",
    ),
    "Idempotency-Key": _in(
        "header",
        "Idempotency-Key",
        "A submit with this key can be sent again for 24 hours and is one job. Quoted or bare "
        "(draft-ietf-httpapi-idempotency-key-header-07).",
        {"type": "string", "pattern": f"^({KEY.pattern})$"},
    ),
    "If-None-Match": _in(
        "header",
        "If-None-Match",
        "The `ETag` of the reading before: the answer is 304 while nothing has changed.",
        {"type": "string"},
    ),
    "Prefer": _in(
        "header",
        "Prefer",
        "`wait=N` (RFC 7240): answer when the job has ended, or after N seconds, at most 25.",
        {"type": "string"},
    ),
}
_OF_LISTS: Final = {
    "status": "Only jobs that stand there.",
    "tag": "Only jobs with this tag.",
    "lane": "Only jobs of this lane.",
    "after": "Where the page before ended: its `next`.",
    "limit": "How many at most.",
}
_OF_DELIVERIES: Final = {
    "endpoint": "Only deliveries to this endpoint.",
    "status": "Only deliveries that stand there.",
    "after": "Where the page before ended: its `next`.",
    "limit": "How many at most.",
}
_OF_PAGES: Final = {
    "after": "Where the page before ended: its `next`.",
    "limit": "How many at most.",
}
_OF_RECOMMENDATIONS: Final = {
    "use_case": "What the pictures are for: as in a submit, or a scene of the articles' tables.",
    "needs": "What matters, separated by commas.",
    "critical": "Whether a bad picture would do harm.",
    "size": "The size that it must have.",
}
_OF_STATS: Final = {
    "by": "What to tell apart, separated by commas; with `tag`, a call counts for each of its job's tags.",
    "since": "The beginning of the span; a day before its end by default.",
    "until": "The end of the span; now by default.",
}
#: The query of events/api.recommend.json; a test compares.
_SHOWN: Final[dict[str, Any]] = {"use_case": "web_display", "needs": ["text"]}


def parameters() -> dict[str, dict[str, Any]]:
    """All of them. Those of queries are checked by a model each, and so their schemas are its own."""
    asked = _of_query(JobQuery, _OF_LISTS) | _of_query(Query, _OF_RECOMMENDATIONS) | _of_query(StatsQuery, _OF_STATS)
    # Lists of jobs have parameters of the same names.
    delivered = {f"deliveries_{name}": one for name, one in _of_query(DeliveryList, _OF_DELIVERIES).items()}
    batches = {f"batches_{name}": one for name, one in _of_query(BatchList, _OF_PAGES).items()}
    items = {f"items_{name}": one for name, one in _of_query(ItemList, _OF_PAGES).items()}
    return _OF_JOBS | asked | delivered | batches | items


def _of_query(query: type[BaseModel], described: dict[str, str]) -> dict[str, dict[str, Any]]:
    schemas = query.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    sent = {name: _sent(schemas[name]) for name in described}
    return {name: _in("query", name, words, sent[name], **_more(name, sent[name])) for name, words in described.items()}


def _more(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """How a list is written, and what a request of events/ has there."""
    commas = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return commas | ({"example": _SHOWN[name]} if name in _SHOWN else {})


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is there: it cannot be null."""
    sent = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    return {name: value for name, value in sent.items() if name != "title"}
