"""The pictures on the disk: fetched, held against what the API claims of them, and named after their prompts."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cavendish_client import Client, JobView
from local.errors import CloudError


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file, as it was measured after its pixels had been decoded."""

    path: Path
    width: int
    height: int
    mime: str
    bytes: int
    sha256: str


def shown(path: Path) -> str:
    """A path, as short as it can be said from where we stand."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def fetch(client: Client, job: JobView, prompt: str, draft: Path, folder: Path) -> Picture:
    """Download a job's picture; what is not as claimed stays in the draft folder. Raises CloudError."""
    (path,) = client.save(job, draft)
    return keep(path, job["images"][0], folder / f"{slug(prompt)}{path.suffix}")


def keep(draft: Path, claimed: dict[str, Any], path: Path) -> Picture:
    """Move a draft to where it is to stay, if it is what is claimed of it. Raises CloudError."""
    _check(measure(draft), claimed)
    path.parent.mkdir(parents=True, exist_ok=True)
    return measure(draft.replace(path))


def measure(path: Path) -> Picture:
    """Decodes every pixel: a header alone can lie. Raises CloudError."""
    content = path.read_bytes()
    try:
        with Image.open(path) as image:
            image.load()
            (width, height), mime = image.size, image.get_format_mimetype() or "unknown"
    except (OSError, SyntaxError) as error:
        raise CloudError(f"{path.name} cannot be read as a picture: {error}") from error
    sha256 = hashlib.sha256(content).hexdigest()
    return Picture(path=path, width=width, height=height, mime=mime, bytes=len(content), sha256=sha256)


def slug(prompt: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", prompt.lower()))


def _check(picture: Picture, claimed: dict[str, Any]) -> None:
    for name in ("width", "height", "mime", "bytes", "sha256"):
        if getattr(picture, name) != claimed[name]:
            raise CloudError(f"The API claims {name} {claimed[name]}, the file has {getattr(picture, name)}.")
