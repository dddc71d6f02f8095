"""Starting processes nobody has to wait for, and ending them with everything they started."""

import atexit
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from local.errors import CloudError

#: In the environment of each process of a cloud, Lambda workers included: the folder of the cloud it belongs to.
MARK = "CAVENDISH_LOCAL_CLOUD"
GRACE_SECONDS = 3.0
DEADLINE_SECONDS = 25.0

#: Held, because an object that is dropped complains about the process it leaves behind.
_children: list[subprocess.Popen[bytes]] = []


@atexit.register
def _let_go() -> None:
    """What outlives us on purpose is nothing to be warned of."""
    for child in _children:
        if child.poll() is None:
            child.returncode = 0


@dataclass(frozen=True, slots=True)
class Process:
    """A process we started. A pid is used again by the system; a pid with its start time is not."""

    name: str
    pid: int
    started: float

    @property
    def alive(self) -> bool:
        return _living(self) is not None


def current(name: str) -> Process:
    return Process(name, os.getpid(), psutil.Process().create_time())


def spawn(
    name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, *, out: Path, err: Path
) -> Process:
    """Start it in a session of its own, its output in files, so that it outlives us and holds nothing of ours."""
    for file in (out, err):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
    with out.open("ab") as output, err.open("ab") as errors:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    _children.append(child)
    return Process(name, child.pid, psutil.Process(child.pid).create_time())


def marked(folder: Path) -> list[psutil.Process]:
    """Every process of that cloud, also those no record names."""
    found = []
    for candidate in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if candidate.environ().get(MARK) == str(folder) and candidate.status() != psutil.STATUS_ZOMBIE:
                found.append(candidate)
    return found


def stop(processes: Iterable[Process], folder: Path) -> None:
    """End them and all that carries the cloud's mark: politely at first, then surely."""
    named = list(processes)
    began = time.monotonic()
    asked: set[psutil.Process] = set()
    while left := _left(named, folder):
        waited = time.monotonic() - began
        if waited > DEADLINE_SECONDS:
            raise CloudError(f"Process {min(left, key=lambda process: process.pid).pid} cannot be ended.")
        for process in left if waited > GRACE_SECONDS else left - asked:
            with suppress(psutil.Error):
                process.kill() if waited > GRACE_SECONDS else process.terminate()
        asked |= left
        psutil.wait_procs(left, timeout=0.05)
    _children[:] = [child for child in _children if child.poll() is None]


def _left(named: Iterable[Process], folder: Path) -> set[psutil.Process]:
    return {process for process in map(_living, named) if process} | set(marked(folder))


def _living(process: Process) -> psutil.Process | None:
    """None when it is gone, only waits to be buried, or its pid belongs to another by now."""
    with suppress(psutil.Error):
        found = psutil.Process(process.pid)
        if found.create_time() == process.started and found.status() != psutil.STATUS_ZOMBIE:
            return found
    return None
