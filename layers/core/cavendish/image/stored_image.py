"""A picture in the bucket, as an attempt keeps it."""

from typing import Self

from cavendish.image.image import Measured
from cavendish.value import Value


class StoredImage(Value):
    """A picture in the bucket, measured from its own bytes."""

    object_key: str
    width: int
    height: int
    mime: str
    bytes: int
    sha256: str
    #: It is known that all its pixels are alike. False where that cannot be told, as of what was stored before it was.
    one_colour: bool = False

    @property
    def measured(self) -> Measured:
        return Measured(mime=self.mime, width=self.width, height=self.height)

    @classmethod
    def of(cls, object_key: str, measured: Measured, size_bytes: int, sha256: str, *, one_colour: bool = False) -> Self:
        return cls(
            object_key=object_key,
            width=measured.width,
            height=measured.height,
            mime=measured.mime,
            bytes=size_bytes,
            sha256=sha256,
            one_colour=one_colour,
        )
