"""Gemini on Vertex AI: the same words under another address (google-genai 3.3.0: v1beta1, publishers/google)."""

from typing import Final

from cavendish.wire import Asked, WireRequest, gemini

PICTURE_KEYS: Final = gemini.PICTURE_KEYS
read = gemini.read


def request(asked: Asked) -> WireRequest:
    """Ask for one picture. A key needs no project ("express mode"); a token is of one, and of a location."""
    project = f"{asked.account}/" if asked.account else ""
    path = f"/v1beta1/{project}publishers/google/models/{asked.model}:generateContent"
    return WireRequest(path=path, body=gemini.body(asked))
