"""The check of a batch's fields, its items' and its defaults': that of a job, but for what no item may have."""

from collections.abc import Mapping
from typing import Any

from cavendish.catalog.catalog import Catalog
from cavendish.contract.fit import faults_of, request_of
from cavendish.errors import RequestFault, RequestInvalid
from cavendish.request import JobRequest
from cavendish.sheet.columns import ALONE, ALONE_FAULT
from cavendish.webhook.receiver import Check


def item_request(fields: Mapping[str, Any], catalog: Catalog, check: Check) -> JobRequest:
    """The request that an item's fields are. Raises RequestInvalid with every fault."""
    wrong = _alone(fields)
    try:
        request = request_of(_rest(fields), catalog, check)
    except RequestInvalid as invalid:
        raise RequestInvalid([*invalid.faults, *wrong]) from None
    if wrong:
        raise RequestInvalid(wrong)
    return request


def faults_of_defaults(fields: Mapping[str, Any]) -> list[RequestFault]:
    """What is wrong with fields that items are added to, one by one."""
    return [*faults_of(_rest(fields)), *_alone(fields)]


def _rest(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != ALONE}


def _alone(fields: Mapping[str, Any]) -> list[RequestFault]:
    return [RequestFault(f"/{ALONE}", f"it {ALONE_FAULT}")] if fields.get(ALONE) is not None else []
