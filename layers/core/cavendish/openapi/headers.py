"""The headers of answers, by their names."""

from typing import Any, Final

_TEXT: Final = {"type": "string"}


def _header(description: str, schema: dict[str, Any] = _TEXT) -> dict[str, Any]:
    return {"description": description, "schema": schema}


HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Allow": _header("The methods that this path has."),
    "Cache-Control": _header("`no-store` where an answer is for one caller and one moment."),
    "ETag": _header("Another one whenever the job shows something else; links do not count."),
    "Idempotency-Replayed": _header(
        "It was made before; this answer made nothing.", {"type": "string", "const": "true"}
    ),
    "Link": _header('The next page, as `rel="next"`; not there on the last one.'),
    "Location": _header("The address of what was made.", {"type": "string", "format": "uri"}),
    "Preference-Applied": _header("How long the answer waited for the job's end at most: `wait=N`."),
    "Retry-After": _header("Seconds until it is worth asking again.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": _header("How to send a key."),
}
