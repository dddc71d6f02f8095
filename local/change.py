"""Which of the files that make up a deployment changed, told by their times: cheap enough to ask twice a second."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from local import package

#: A file's name below the checkout, its last change and its length.
Stamps = dict[str, tuple[int, int]]

FILES = ("template.yaml", "workflow.asl.yaml")
FOLDERS = ("functions", "layers")


def stamps(root: Path) -> Stamps:
    taken: Stamps = {}
    for path in _deployed(root):
        with suppress(OSError):  # deleted since it was listed
            status = path.stat()
            taken[path.relative_to(root).as_posix()] = (status.st_mtime_ns, status.st_size)
    return taken


def changed(before: Stamps, after: Stamps) -> list[str]:
    """Written, added or gone."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _deployed(root: Path) -> Iterator[Path]:
    yield from (root / name for name in FILES)
    for folder in FOLDERS:
        yield from package.sources(root / folder)
