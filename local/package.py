"""Zips as AWS wants them. The same files give the same bytes, so that a name made from the bytes tells what changed."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONG_AGO = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something the template points to: its bytes, and a name that changes with them."""

    body: bytes
    suffix: str

    @property
    def key(self) -> str:
        return f"{hashlib.sha256(self.body).hexdigest()}.{self.suffix}"


def functions(folder: Path) -> Artifact:
    return Artifact(zipped(dict(_sources(folder))), "zip")


def layer(folder: Path) -> Artifact:
    """As SAM's build would lay it out; what requirements.txt names comes from the virtual environment instead."""
    files = {f"python/{name}": body for name, body in _sources(folder) if name != "requirements.txt"}
    return Artifact(zipped(files), "zip")


def zipped(files: dict[str, bytes]) -> bytes:
    """Stored, not deflated: nothing here is worth the time, and compressors differ in their bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=LONG_AGO)
            entry.external_attr = READABLE_FILE
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def sources(folder: Path) -> Iterator[Path]:
    """The files that count: no byte code, nothing hidden."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path


def _sources(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sources(folder):
        yield path.relative_to(folder).as_posix(), path.read_bytes()
