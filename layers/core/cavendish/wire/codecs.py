"""Which module speaks which dialect."""

from typing import Final

from cavendish.catalog.route import Dialect
from cavendish.wire import (
    Codec,
    gemini,
    interactions,
    nanobananaapi,
    openai_chat,
    openai_images,
    openoctopus,
    openrouter_images,
    vertex,
)

CODECS: Final[dict[Dialect, Codec]] = {
    "gemini": gemini,
    "vertex": vertex,
    "interactions": interactions,
    "openai-images": openai_images,
    "openai-chat": openai_chat,
    "openrouter-images": openrouter_images,
    "nanobananaapi": nanobananaapi,
    "openoctopus": openoctopus,
}
