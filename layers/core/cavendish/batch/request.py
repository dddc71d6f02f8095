"""What a caller may ask of a batch: its items, or where they will come from, and what is true of all of them."""

import json
from typing import Any, Final, Self, TypeVar

from pydantic import ConfigDict, Field, JsonValue, ValidationError, model_validator

from cavendish.batch.batch import Mode
from cavendish.batch.fields import faults_of_defaults
from cavendish.claim import read_key
from cavendish.contract.body import read_fields
from cavendish.contract.faults import faults
from cavendish.contract.fit import faults_of
from cavendish.errors import KeyMalformed, RequestFault, RequestInvalid, RequestTooLarge
from cavendish.request import Whole
from cavendish.sheet.check import MOST_ITEMS
from cavendish.sheet.kind import Kind
from cavendish.value import Value
from cavendish.webhook.receiver import BatchWebhook, Check, checked

#: Defaults and metadata are kept with the batch, which is written with each group of items: so many bytes each.
KEPT_MAX_BYTES: Final = 16 * 1024


class _Items(Value):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    #: Each is the body of a job, with an `id` or a `name` for its pictures if it likes.
    items: list[dict[str, Any]] | None = Field(
        default=None,
        min_length=1,
        description="Each is the body of a job, and may have an `id` or a `name` for its pictures. One that cannot "
        "become a job is told by the batch's items, and keeps no other from being made.",
    )
    #: Fields of a job that each item has that does not say otherwise.
    defaults: dict[str, JsonValue] = Field(
        default_factory=dict, description="Fields of a job that each item has that does not say otherwise."
    )


class BatchRequest(_Items):
    """A request for many pictures: `items`, or the kind of a file to `upload`."""

    #: The kind of file that will be uploaded instead.
    upload: Kind | None = Field(
        default=None, description="The kind of a file that will be uploaded in place of `items`, by the answered form."
    )
    mode: Mode = Field(
        default="balanced",
        description="`fast`: items that name neither model nor policy, use case or route ask the model that is "
        "expected to answer soonest. `economy`: the provider's batch API, where it has one.",
    )
    #: What it is called to its owner.
    name: str | None = Field(default=None, min_length=1, max_length=200, description="By default its id.")
    webhook: BatchWebhook | None = Field(default=None, description="Is told when the batch has ended.")
    metadata: dict[str, JsonValue] = Field(default_factory=dict, max_length=50, description="Yours, echoed.")

    @model_validator(mode="after")
    def _items_come_from_somewhere(self) -> Self:
        if (self.items is None) == (self.upload is None):
            raise ValueError("send either items, 256 KB of jobs at most, or upload, the kind of a file")
        return self


class PlanRequest(_Items):
    """What may become a batch: its `items`, or how many there would be that only have the `defaults`."""

    n: Whole | None = Field(default=None, ge=1, le=MOST_ITEMS, description="How many items, in place of `items`.")

    @model_validator(mode="after")
    def _items_are_known(self) -> Self:
        if (self.items is None) == (self.n is None):
            raise ValueError("send either items or n: n is how many there are that only have the defaults")
        return self


_R = TypeVar("_R", BatchRequest, PlanRequest)


def parse_post(body: bytes, key: str | None, check: Check) -> tuple[BatchRequest, str | None]:
    """Read a batch and the Idempotency-Key beside it. `check` says whether a webhook's URL is opened here and now.

    What is wrong with an item is the item's own. Raises KeyMalformed, RequestInvalid with every fault, RequestTooLarge.
    """
    malformed: list[RequestFault] = []
    read = None
    try:
        read = None if key is None else read_key(key)
    except KeyMalformed as fault_of_key:
        malformed = fault_of_key.faults
    try:
        request = _parse(body, BatchRequest, check)
    except RequestInvalid as invalid:
        raise RequestInvalid([*malformed, *invalid.faults]) from None
    if malformed:
        raise KeyMalformed(malformed)
    return request, read


def parse_plan(body: bytes, check: Check) -> PlanRequest:
    """Read what may become a batch. Raises RequestInvalid with every fault, RequestTooLarge."""
    return _parse(body, PlanRequest, check)


def _parse(body: bytes, wanted: type[_R], check: Check) -> _R:
    fields = _fields(body)
    wrong: list[RequestFault] = []
    try:
        request = wanted.model_validate(fields, context=checked(check))
    except ValidationError as error:
        wrong = [_at_items(one) for one in faults(error, wanted)]
    wrong += _of_defaults(fields.get("defaults")) + _of_metadata(fields.get("metadata"))
    if wrong:
        raise RequestInvalid(wrong)
    return request


def _fields(body: bytes) -> dict[str, Any]:
    try:
        return read_fields(body)
    except RequestTooLarge as error:
        advice = 'put the items into a file, post {"upload": "jsonl"} without them, and upload it'
        raise RequestTooLarge(f"{error}; {advice}") from None


def _at_items(found: RequestFault) -> RequestFault:
    """A body is never faulty as a whole here: what its fields lack together is said of the first of them."""
    return found if found.pointer else RequestFault("/items", found.detail)


def _of_defaults(defaults: object) -> list[RequestFault]:
    if not isinstance(defaults, dict):
        return []
    wrong = [RequestFault(f"/defaults{one.pointer}", one.detail) for one in faults_of_defaults(defaults)]
    return wrong or _too_long("defaults", defaults)


def _of_metadata(metadata: object) -> list[RequestFault]:
    if not isinstance(metadata, dict):
        return []
    return faults_of({"metadata": metadata}) or _too_long("metadata", metadata)


def _too_long(name: str, fields: dict[str, Any]) -> list[RequestFault]:
    said = len(json.dumps(fields, ensure_ascii=False).encode())
    if said <= KEPT_MAX_BYTES:
        return []
    return [RequestFault(f"/{name}", f"it says {said} bytes; at most {KEPT_MAX_BYTES} are kept with a batch")]
