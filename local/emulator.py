"""ministack, the AWS of the local run, started so that it sees nothing of the user and others see nothing of it."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

from local.errors import CloudError, PortInUseError
from local.process import MARK, Process, spawn
from local.state import Home

HOST = "127.0.0.1"
DEADLINE_SECONDS = 60.0


def scrubbed(home: Home) -> dict[str, str]:
    """An environment from scratch: Lambdas inherit the emulator's whole, and would see the user's AWS_PROFILE."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "HOME": str(home.make("home")),
        "TMPDIR": str(home.make("tmp")),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        MARK: str(home.folder),
    }


def start(home: Home, port: int, time_scale: float, *, check_rights: bool) -> Process:
    environment = scrubbed(home) | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "STATE_DIR": str(home.make("state")),
        "AUTH": str(check_rights).lower(),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "SFN_WAIT_SCALE": str(time_scale),
    }
    log = home.log("ministack")
    return spawn("ministack", [sys.executable, "-m", "ministack"], environment, home.folder, out=log, err=log)


def wait(home: Home, process: Process, endpoint_url: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not _answers(endpoint_url):
        if not process.alive:
            raise CloudError("ministack ended while it started.", home.log("ministack"))
        if time.monotonic() > deadline:
            raise CloudError(f"ministack did not answer within {DEADLINE_SECONDS:.0f} seconds.", home.log("ministack"))
        time.sleep(0.02)


def free_port(wanted: int | None) -> int:
    """The wanted port if nobody has it, else a sentence; without a wish, one that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except (OSError, OverflowError) as error:
            raise PortInUseError(f"Port {wanted} cannot be used: {error}.") from error
        return int(probe.getsockname()[1])


def get(url: str) -> tuple[int, str]:
    """Status and text of the answer; whatever proxy the user has, this machine is reached without it."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=60) as answer:
            return int(answer.status), answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def _answers(endpoint_url: str) -> bool:
    try:
        return get(f"{endpoint_url}/_ministack/ready")[0] == HTTPStatus.OK
    except OSError:
        return False
