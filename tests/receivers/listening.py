"""`cavendish webhooks listen` as a process."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.receivers.messages import Message

CAVENDISH = str(Path(sys.executable).with_name("cavendish"))


class Listening:
    """The command, while it listens."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout
        assert process.stderr
        self.said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", self.said)
        self.url = found[0] if found else ""

    def heard(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def line(self, one: Message) -> tuple[int, str]:
        """What is answered to a message, and what is printed."""
        return one.to(self.url), self.heard()

    def ended(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@contextmanager
def listening(*arguments: str, **environment: str) -> Iterator[Listening]:
    known = {"PATH": os.environ["PATH"], **environment}
    command, pipe = [CAVENDISH, "webhooks", "listen", *arguments], subprocess.PIPE
    with subprocess.Popen(command, env=known, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Listening(process)
        finally:
            process.kill()
