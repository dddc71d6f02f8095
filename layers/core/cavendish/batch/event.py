"""A fact about a batch."""

from cavendish.value import Value


class BatchEvent(Value):
    """A fact about a batch, written with the change it tells of, published by the stream."""

    type: str
    batch_id: str
    tenant: str
    sequence: int
    at: float

    @property
    def about(self) -> dict[str, str]:
        """What it is about, by the name of its kind."""
        return {"batch_id": self.batch_id}
