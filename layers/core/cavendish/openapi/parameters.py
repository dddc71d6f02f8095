"""The parameters of requests, by their names."""

from typing import Any, Final

from cavendish.claim import KEY
from cavendish.listing import JobQuery


def _in(place: str, name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "description": description, "schema": schema, **more}


_OF_JOBS: Final[dict[str, dict[str, Any]]] = {
    "job_id": _in(
        "path",
        "job_id",
        "The job's id.",
        {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        required=True,
        example="01KX0000000000000000000000",
    ),
    "model_id": _in(
        "path",
        "model_id",
        "A model's id or alias.",
        {"type": "string"},
        required=True,
        example="nano-banana-pro",
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


def parameters() -> dict[str, dict[str, Any]]:
    """All of them. Those of lists are checked by JobQuery, and so their schemas are its own."""
    query = JobQuery.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    return _OF_JOBS | {name: _in("query", name, words, _sent(query[name])) for name, words in _OF_LISTS.items()}


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is there: it cannot be null."""
    sent = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    return {name: value for name, value in sent.items() if name != "title"}
