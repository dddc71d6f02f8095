"""What every value of the core is: frozen, checked when made, the same as JSON and as Python."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. Fields it does not know are left out, so that a newer writer does not break an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Entry(Value):
    """An entry of a file of data; a field nobody knows is a mistake in the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")
