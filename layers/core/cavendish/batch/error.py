"""Why a batch came to nothing."""

from cavendish.value import Value


class BatchError(Value):
    """Why a file could not be read."""

    code: str
    title: str
    detail: str
    line: int | None = None
    column: int | None = None
