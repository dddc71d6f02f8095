"""Reference images in requests: their shape, and whether they are what they say."""

import base64
import io

from PIL import Image

from local.model_server.sizes import Pixels

UNSEEN: Pixels = (1, 1)  # HEIC, which Pillow cannot look into, and links, which nobody here follows


def decoded(text: str) -> bytes:
    """Either alphabet, with or without padding. Raises ValueError."""
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)


def looked_at(data: bytes) -> tuple[Pixels, str]:
    """The shape and the real type. Raises OSError."""
    image = Image.open(io.BytesIO(data))
    return image.size, Image.MIME.get(image.format or "", "")


def shape_of(url: str) -> Pixels:
    """Of a data URL, a link or bare base64. Raises ValueError or OSError."""
    if url.startswith(("http://", "https://")):
        return UNSEEN
    data = url.partition(",")[2] if url.startswith("data:") else url
    return looked_at(decoded(data))[0]
