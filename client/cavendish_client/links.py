"""Links that the API hands out: each is its own right, so the caller's key has no business there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

#: A file of items may have 256 MB, a ZIP of pictures 2 GB: between two pieces, in seconds.
_TIMEOUT_S = 60


def fetch(url: str, path: Path) -> Path:
    """Store what is there. Raises httpx.HTTPError; then there is no file, or the one that was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        with (
            httpx.stream("GET", url, timeout=_TIMEOUT_S, trust_env=not is_local(url)) as answer,
            draft.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
        return draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def send(form: Mapping[str, Any], path: Path) -> None:
    """Upload a file by a form. Raises httpx.HTTPError."""
    url = form["url"]
    with path.open("rb") as file:
        answer = httpx.post(
            url, data=form["fields"], files={"file": file}, timeout=_TIMEOUT_S, trust_env=not is_local(url)
        )
    answer.raise_for_status()


def is_local(url: str) -> bool:
    """Whether it is this machine, to which no proxy of the environment leads."""
    return httpx.URL(url).host in ("127.0.0.1", "localhost")
