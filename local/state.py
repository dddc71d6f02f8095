"""What one checkout's cloud keeps on disk: the folder .local, and in it the record of what was started."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.errors import AlreadyRunningError
from local.process import Process


@dataclass(frozen=True, slots=True)
class Home:
    """The private folder of one checkout's cloud; nothing local is written outside of it."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root.resolve() / ".local"

    @property
    def state_file(self) -> Path:
        return self.folder / "cloud.json"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def make(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def tidy(self) -> None:
        """Forget the record and what the processes left; the logs stay for whoever asks what happened."""
        self.state_file.unlink(missing_ok=True)
        for name in ("tmp", "state", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudState:
    """Written before a child is waited for, so that `down` can end a cloud that never became ready."""

    processes: tuple[Process, ...] = ()
    #: what `up --json` printed; None until the cloud is ready
    running: dict[str, str | None] | None = None


def read(home: Home) -> CloudState:
    """The record, or an empty one: a torn or missing file must not keep `down` from its work."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        saved = json.loads(home.state_file.read_text())
        processes = tuple(Process(**process) for process in saved["processes"])
        return CloudState(processes=processes, running=saved["running"])
    return CloudState()


def write(home: Home, state: CloudState) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    draft = home.state_file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(state), indent=2))
    draft.replace(home.state_file)


def record(home: Home, process: Process) -> Process:
    before = read(home)
    write(home, CloudState(processes=(*before.processes, process), running=before.running))
    return process


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Nobody else starts this checkout's cloud meanwhile. The system lets go of it when we die."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError("Another `cavendish up` is starting this checkout's cloud.") from error
        yield
