"""The receivers of docs/receivers, as processes: what they believe, what they do once, and in which order."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.eventually import eventually
from tests.receivers.messages import JOB, SECRET, Message, message, refused

FOLDER = Path(__file__).parents[2] / "docs" / "receivers"
COMMANDS = {"py": [sys.executable, "receiver.py"], "mjs": ["node", "receiver.mjs"]}
WITHIN_S = 20
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


class Process:
    """A receiver that runs, with what it prints."""

    def __init__(self, command: list[str], inbox: Path) -> None:
        self._command, self._inbox = command, inbox
        self.log, self._complaints = inbox.with_suffix(".log"), inbox.with_suffix(".err")
        self.start()

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        known = {"PATH": os.environ["PATH"], "WEBHOOK_SECRET": SECRET, "INBOX": str(self._inbox)}
        with self.log.open("ab") as out, self._complaints.open("ab") as err:
            command = [*self._command, str(port)]
            self._process = subprocess.Popen(command, cwd=FOLDER, env=known, stdout=out, stderr=err)
        eventually(lambda: self._answers(port), WITHIN_S)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def printed(self, lines: int) -> list[str]:
        """What it printed, when it is so many lines."""
        return eventually(lambda: self._printed(lines), WITHIN_S)

    def _printed(self, lines: int) -> list[str] | None:
        text = self.log.read_text()
        return text.splitlines() if text.count("\n") >= lines else None

    def _answers(self, port: int) -> bool:
        assert self._process.poll() is None, self._complaints.read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False


@pytest.fixture(params=["py", pytest.param("mjs", marks=needs_node)])
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Process]:
    process = Process(COMMANDS[request.param], tmp_path / "inbox")
    try:
        yield process
    finally:
        process.kill()


def test_what_is_signed_is_answered_with_success_and_handled(receiver: Process) -> None:
    assert message(3).to(receiver.url) == 204

    assert receiver.printed(1) == [f"{JOB} 3 job.succeeded"]


def test_nothing_that_is_not_verified_is_handled(receiver: Process) -> None:
    answers = {name: one.to(receiver.url) for name, one in refused().items()}
    assert set(answers.values()) == {400}, answers

    message(9).to(receiver.url)
    assert receiver.printed(1) == [f"{JOB} 9 job.succeeded"]


def test_a_duplicate_is_answered_with_success_and_not_handled_again(receiver: Process) -> None:
    same = message(3)
    assert [same.to(receiver.url) for _ in range(3)] == [204] * 3
    assert message(4, "job.failed").to(receiver.url) == 204

    assert receiver.printed(2) == [f"{JOB} 3 job.succeeded", f"{JOB} 4 job.failed"]


def test_a_message_that_was_overtaken_is_known_to_be_late(receiver: Process) -> None:
    for one in (message(5, "job.succeeded"), message(2, "job.started"), message(1, "job.queued", job="other")):
        assert one.to(receiver.url) == 204
        receiver.printed(1)

    late = f"{JOB} 2 job.started (late: 5 is known)"
    assert sorted(receiver.printed(3)) == sorted([f"{JOB} 5 job.succeeded", late, "other 1 job.queued"])


def test_a_duplicate_is_known_also_after_a_crash(receiver: Process) -> None:
    assert (message(5).to(receiver.url), message(1, job="other").to(receiver.url)) == (204, 204)
    receiver.printed(2)  # one after the other: the first is noted as handled by now
    receiver.kill()
    receiver.start()

    assert (message(5).to(receiver.url), message(2, "job.started").to(receiver.url)) == (204, 204)
    eventually(lambda: "started" in receiver.log.read_text(), WITHIN_S)
    about_it = [line for line in receiver.printed(3) if JOB in line]
    assert about_it == [f"{JOB} 5 job.succeeded", f"{JOB} 2 job.started (late: 5 is known)"]


def test_what_is_too_long_is_not_read_to_its_end(receiver: Process) -> None:
    long = Message(message().headers, b"x" * 3_000_000)
    with suppress(httpx.TransportError):
        assert long.to(receiver.url) >= 400

    assert message(3).to(receiver.url) == 204
