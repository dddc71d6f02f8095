"""A record of a file becomes a job that is not written yet, or a fault that its owner can find."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cavendish.batch.batch import Batch, Mode
from cavendish.batch.chunk import HELD_S
from cavendish.batch.economy import first_call
from cavendish.batch.fields import item_request
from cavendish.batch.item import Item, ItemFault, names
from cavendish.batch.ports import NewItem
from cavendish.catalog.catalog import Catalog
from cavendish.contract.body import check_length
from cavendish.errors import RequestInvalid, RequestTooLarge
from cavendish.job import Job
from cavendish.pipeline.submit import queued
from cavendish.request import JobRequest
from cavendish.sheet.names import name_fault, output_name
from cavendish.sheet.record import Record
from cavendish.webhook.receiver import Check

#: What a batch's items have where nobody says otherwise.
_DEFAULTS: Final = {"lane": "bulk"}

#: So much of what is wrong with an item is told.
_SAID: Final = 2_000
#: An item's fields as a mode wants them.
Adjust = Callable[[Mode, dict[str, Any]], dict[str, Any]]


def fields_of(item: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the job that an item asks for."""
    own = {name: value for name, value in item.items() if name not in ("id", "name")}
    return {**_DEFAULTS, **defaults, **own}


def why_not(invalid: RequestInvalid) -> str:
    """What is wrong with an item, in one line."""
    return "; ".join(f"{one.pointer.removeprefix('/') or 'item'}: {one.detail}" for one in invalid.faults)


def as_it_is(_: Mode, fields: dict[str, Any]) -> dict[str, Any]:
    """No mode wants anything else."""
    return fields


class Items:
    """Makes items out of records. `adjust` changes an item's fields as the batch's mode wants it."""

    def __init__(self, *, catalog: Catalog, check: Check, adjust: Adjust = as_it_is) -> None:
        self._catalog = catalog
        self._check = check
        self._adjust = adjust

    def item(self, record: Record, batch: Batch, now: float) -> NewItem | ItemFault:
        """The job that a record asks for."""
        if record.fault:
            return _fault(record, record.fault)
        name = output_name(record.fields, record.index + 1)
        if fault := name_fault(name, batch.folder):
            return _fault(record, fault)
        try:
            request = self._request(record, batch)
        except RequestInvalid as invalid:
            return _fault(record, why_not(invalid), name)
        except RequestTooLarge as large:
            return _fault(record, str(large), name)
        item = Item(batch_id=batch.id, index=record.index, line=record.line, name=name)
        job = queued(request, tenant=batch.tenant, job_id=item.job_id, catalog=self._catalog, now=now, item=item)
        return NewItem(self._held(job, batch, now), names(item, request.n, now))

    def _held(self, job: Job, batch: Batch, now: float) -> Job:
        """What an economy batch asks a provider's batch API for waits for that."""
        held = batch.mode == "economy" and first_call(job, self._catalog)
        return job.held(now + HELD_S) if held else job

    def _request(self, record: Record, batch: Batch) -> JobRequest:
        fields = self._adjust(batch.mode, fields_of(record.fields, batch.defaults))
        check_length(fields)
        return item_request(fields, self._catalog, self._check)


def _fault(record: Record, detail: str, name: str | None = None) -> ItemFault:
    return ItemFault(index=record.index, line=record.line, name=name, detail=detail[:_SAID])


def taken(new: NewItem, holder: str) -> ItemFault:
    """The fault of an item whose name another one has already."""
    item = new.job.item
    assert item is not None, "what is made here comes from a batch"
    detail = f"the name {item.name!r} is {holder}'s already; give each item a name of its own"
    return ItemFault(index=item.index, line=item.line, name=item.name, detail=detail)
