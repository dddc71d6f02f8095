"""The parameters of a query, read as they were sent: all that is wrong with them at once."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cavendish.errors import QueryInvalid, RequestFault
from cavendish.outcome import clean

Query = TypeVar("Query", bound=BaseModel)


def read_query(parameters: list[tuple[str, str]], query: type[Query]) -> Query:
    """Read the parameters. Raises QueryInvalid with every fault."""
    names = [name for name, _ in parameters]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    faults = [RequestFault(_pointer(name), "send it once", "query") for name in twice]
    try:
        read = query.model_validate(dict(parameters))
    except ValidationError as error:
        known = ", ".join(query.model_fields)
        raise QueryInvalid([*faults, *(_fault(one, known) for one in error.errors(include_url=False))]) from None
    if faults:
        raise QueryInvalid(faults)
    return read


def _pointer(name: int | str) -> str:
    return clean("/" + str(name).replace("~", "~0").replace("/", "~1"))


def _fault(error: Any, known: str) -> RequestFault:
    if error["type"] == "extra_forbidden":
        detail = f"there is no such parameter; the parameters are {known}"
    else:
        detail = str(error["msg"]).removeprefix("Value error, ")
    return RequestFault(_pointer(error["loc"][0]), detail, "query")
