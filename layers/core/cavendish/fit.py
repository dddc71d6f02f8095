"""The door's check: reads a request, and says everything that is wrong with it at once, field by field and together."""

from typing import Any

from pydantic import ValidationError

from cavendish.body import read_fields
from cavendish.catalog import Catalog
from cavendish.claim import read_key
from cavendish.errors import KeyMalformed, RequestFault, RequestInvalid
from cavendish.misfits import misfits
from cavendish.outcome import clean
from cavendish.request import JobRequest


def parse_submit(body: bytes, key: str | None, catalog: Catalog) -> tuple[JobRequest, str | None]:
    """Read a request and the Idempotency-Key beside it. Raises KeyMalformed and what `parse` does, both as one."""
    try:
        read = None if key is None else read_key(key)
    except KeyMalformed as malformed:
        raise _both(malformed, body, catalog) from None
    return parse(body, catalog), read


def _both(malformed: KeyMalformed, body: bytes, catalog: Catalog) -> RequestInvalid:
    try:
        parse(body, catalog)
    except RequestInvalid as invalid:
        return RequestInvalid([*malformed.faults, *invalid.faults])
    return malformed


def parse(body: bytes, catalog: Catalog) -> JobRequest:
    """Read a request from its JSON. Raises RequestInvalid with every fault, or RequestTooLarge."""
    fields = read_fields(body)
    try:
        request = JobRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestInvalid([*_faults(error), *_faults_of_the_rest(fields, error, catalog)]) from None
    if faults := misfits(request, catalog):
        raise RequestInvalid(faults)
    return request


def _faults(error: ValidationError) -> list[RequestFault]:
    faults = [RequestFault(clean(_pointer(one["loc"])), _sentence(one)) for one in error.errors(include_url=False)]
    # Pydantic has no place for a field whose name is half a surrogate pair.
    return [fault if fault.pointer else RequestFault("/", "there is a field whose name is no text") for fault in faults]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _sentence(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return f"there is no such field; the fields are {', '.join(JobRequest.model_fields)}"
    return str(error["msg"]).removeprefix("Value error, ")


def _faults_of_the_rest(fields: dict[str, Any], error: ValidationError, catalog: Catalog) -> list[RequestFault]:
    """What is wrong between the fields that are right one by one."""
    wrong = {one["loc"][0] for one in error.errors() if one["loc"]}
    rest = {name: fields[name] for name in JobRequest.model_fields if name in fields and name not in wrong}
    return misfits(JobRequest.model_validate({"prompt": "-", **rest}), catalog)
