"""The parameters of a query, read as they were sent: all that is wrong with them at once."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cavendish.contract.faults import detail, pointer
from cavendish.errors import QueryInvalid, RequestFault

Query = TypeVar("Query", bound=BaseModel)


def read_query(parameters: list[tuple[str, str]], query: type[Query]) -> Query:
    """Read the parameters. Raises QueryInvalid with every fault."""
    names = [name for name, _ in parameters]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    faults = [RequestFault(pointer((name,)), "send it once", "query") for name in twice]
    try:
        read = query.model_validate(dict(parameters))
    except ValidationError as error:
        raise QueryInvalid([*faults, *(_fault(one, query) for one in error.errors(include_url=False))]) from None
    if faults:
        raise QueryInvalid(faults)
    return read


def _fault(error: Any, query: type[BaseModel]) -> RequestFault:
    return RequestFault(pointer(error["loc"][:1]), detail(error, query, "parameter"), "query")
