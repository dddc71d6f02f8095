"""What pydantic finds wrong with what a caller sent, as callers are told it: where, what, and what may be there."""

from inspect import isclass
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from cavendish.errors import RequestFault
from cavendish.outcome import clean

#: What pydantic calls it if something else comes where fields are expected.
_NO_OBJECT: Final = ("dict_type", "model_type", "model_attributes_type")
Location = tuple[int | str, ...]


def faults(error: ValidationError, wanted: type[BaseModel]) -> list[RequestFault]:
    """All that is wrong with a body of which `wanted` was to be made; what is said of it as a whole has no pointer."""
    return [_fault(one, wanted) for one in error.errors(include_url=False)]


def detail(error: Any, wanted: type[BaseModel], what: str = "field") -> str:
    """One of pydantic's errors as a sentence; `what` the names of `wanted` are."""
    if error["type"] == "extra_forbidden":
        return f"there is no such {what}{_instead(wanted, error['loc'], what)}"
    if error["type"] in _NO_OBJECT:
        return 'it has to be a JSON object, such as {"name": "value"}'
    return str(error["msg"]).removeprefix("Value error, ")


def pointer(location: Location) -> str:
    return clean("".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location))


def _fault(error: Any, wanted: type[BaseModel]) -> RequestFault:
    # Pydantic has no place for a field whose name is half a surrogate pair.
    if error["type"] == "string_unicode" and not error["loc"]:
        return RequestFault("/", "there is a field whose name is no text")
    return RequestFault(pointer(error["loc"]), detail(error, wanted))


def _instead(wanted: type[BaseModel], location: Location, what: str) -> str:
    """Which names there are where an unknown one stands."""
    model = _model(wanted, location[:-1])
    return f"; the {what}s are {', '.join(model.model_fields)}" if model else ""


def _model(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model that stands at a place, if one does."""
    for part in location:
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = next((one for one in kinds if isclass(one) and issubclass(one, BaseModel)), None)
        if inner is None:
            return None
        model = inner
    return model
