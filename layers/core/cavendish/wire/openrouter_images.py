"""OpenRouter's images (openrouter.ai/docs, api-reference/images/generate-an-image, read 2026-11-20).

Its answer is that of OpenAI's images, with what the call cost in `usage.cost`.
"""

from typing import Final

from cavendish.wire import Asked, WireRequest, openai_images

PICTURE_KEYS: Final = openai_images.PICTURE_KEYS
read = openai_images.read


def request(asked: Asked) -> WireRequest:
    """Ask for one picture. A field that a model does not have is refused; one of one size is asked for none."""
    size = {"resolution": asked.call.size} if asked.names_size else {}
    body = {"model": asked.model, "prompt": asked.prompt, "n": 1, "aspect_ratio": asked.call.aspect_ratio, **size}
    return WireRequest(path="/v1/images", body=body)
