"""What a process takes: its memory, and what lies in the temporary files that it opened."""

import tempfile
from pathlib import Path
from typing import Any, BinaryIO, cast

MB = 1024 * 1024


def _status_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024


def resident_mb() -> float:
    return _status_mb("VmRSS")


def peak_mb() -> float:
    return _status_mb("VmHWM")


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A file as the generator opens it, on a ledger."""

    def __init__(self, ledger: "Files") -> None:
        super().__init__(max_size=256 * 1024)
        self._ledger = ledger
        ledger.sizes[id(self)] = 0

    def write(self, s: Any) -> int:
        written = super().write(s)
        self._ledger.sizes[id(self)] += len(s)
        self._ledger.most = max(self._ledger.most, sum(list(self._ledger.sizes.values())))
        return written

    def close(self) -> None:
        self._ledger.sizes.pop(id(self), None)
        super().close()


class Files:
    """The open ones by their sizes, in bytes, and the most that ever lay in all of them together."""

    def __init__(self) -> None:
        self.sizes: dict[int, int] = {}
        self.most = 0

    def open(self) -> BinaryIO:
        return cast("BinaryIO", Spool(self))
