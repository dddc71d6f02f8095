"""What is said of one operation of the API. Names lead to schemas.py, parameters.py, headers.py and problem.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered when all went well."""

    status: int
    what: str
    schema: str | None = None
    #: Headers that it always has beside Cache-Control, and such that it may have.
    headers: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()
    media: str = "application/json"
    #: Operations that what is answered can be handed to.
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one path."""

    method: str
    path: str
    id: str
    tag: str
    title: str
    more: str = ""
    parameters: tuple[str, ...] = ()
    #: The schema of the body.
    takes: str | None = None
    answers: tuple[Answer, ...]
    problems: tuple[str, ...] = ()
    #: Needs no key.
    public: bool = False
