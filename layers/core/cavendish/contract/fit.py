"""The door's check: reads a request, and says everything that is wrong with it at once, field by field and together."""

from typing import Any

from pydantic import ValidationError

from cavendish.catalog.catalog import Catalog
from cavendish.claim import read_key
from cavendish.contract.body import read_fields
from cavendish.contract.faults import faults
from cavendish.contract.misfits import misfits
from cavendish.errors import KeyMalformed, RequestFault, RequestInvalid
from cavendish.request import JobRequest
from cavendish.webhook.receiver import Check, check_text, checked


def parse_submit(
    body: bytes, key: str | None, catalog: Catalog, check: Check = check_text
) -> tuple[JobRequest, str | None]:
    """Read a request and the Idempotency-Key beside it. Raises KeyMalformed and what `parse` does, both as one."""
    try:
        read = None if key is None else read_key(key)
    except KeyMalformed as malformed:
        raise _both(malformed, body, catalog, check) from None
    return parse(body, catalog, check), read


def _both(malformed: KeyMalformed, body: bytes, catalog: Catalog, check: Check) -> RequestInvalid:
    try:
        parse(body, catalog, check)
    except RequestInvalid as invalid:
        return RequestInvalid([*malformed.faults, *invalid.faults])
    return malformed


def parse(body: bytes, catalog: Catalog, check: Check = check_text) -> JobRequest:
    """Read a request from its JSON. `check` says whether a webhook's URL is opened here and now.

    Raises RequestInvalid with every fault, or RequestTooLarge.
    """
    return request_of(read_fields(body), catalog, check)


def request_of(fields: dict[str, Any], catalog: Catalog, check: Check = check_text) -> JobRequest:
    """The request that these fields are. Raises RequestInvalid with every fault."""
    try:
        request = JobRequest.model_validate(fields, context=checked(check))
    except ValidationError as error:
        rest = _faults_of_the_rest(fields, error, catalog)
        raise RequestInvalid([*faults(error, JobRequest), *rest]) from None
    if wrong := misfits(request, catalog):
        raise RequestInvalid(wrong)
    return request


def faults_of(fields: dict[str, Any]) -> list[RequestFault]:
    """What is wrong with fields that others will be added to, one by one."""
    try:
        JobRequest.model_validate({"prompt": "-", **fields})
    except ValidationError as error:
        return faults(error, JobRequest)
    return []


def _faults_of_the_rest(fields: dict[str, Any], error: ValidationError, catalog: Catalog) -> list[RequestFault]:
    """What is wrong between the fields that are right one by one."""
    wrong = {one["loc"][0] for one in error.errors() if one["loc"]}
    rest = {name: fields[name] for name in JobRequest.model_fields if name in fields and name not in wrong}
    request = JobRequest.model_validate({"prompt": "-", **rest})
    return misfits(request, catalog)
