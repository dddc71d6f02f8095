"""`make demo` as a newcomer runs it, in a checkout of its own: what it shows, what it leaves, how it ends early."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from PIL import Image

from local import process, state
from local.demo import dropped
from local.demo.acts import ACTS, NANO, check
from local.demo.dropped import ENDS, Returned
from local.errors import CloudError
from local.state import CloudState, Home

ROOT = Path(__file__).parents[2]
SHARED = ("template.yaml", "workflow.asl.yaml", "functions", "layers", "client")
PIXELS = {
    "sunset-over-the-dunes": (2048, 2048),
    "aurora-over-a-lake-with-nobody-there": (2752, 1536),
    "first-snow-on-the-far-mountains": (2528, 1696),
}


def checkout(folder: Path) -> Path:
    """`local` is copied, because a cloud's folder is found from where its code really lies."""
    for name in SHARED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "local", folder / "local", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@contextmanager
def demo(root: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    command, pipe = [sys.executable, "-m", "local.demo"], subprocess.PIPE
    with subprocess.Popen(command, cwd=root, env=environment, stdout=pipe, stderr=pipe, text=True) as started:
        yield started


def left_of(root: Path) -> list[list[str]]:
    """The command line of each process that knows this checkout, in its arguments or its environment."""
    found = []
    for candidate in psutil.process_iter():
        with suppress(psutil.Error):
            named = [*candidate.cmdline(), *(candidate.environ().get(name, "") for name in ("STATE_DIR", process.MARK))]
            if any(str(root) in text for text in named):
                found.append(candidate.cmdline())
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def shown(root: Path) -> str:
    """What a whole run shows."""
    with demo(root) as started:
        out, err = started.communicate(timeout=80)
    assert (started.returncode, err) == (0, "")
    return out


def test_three_pictures_lie_on_the_disk_with_the_pixels_that_were_delivered(shown: str, root: Path) -> None:
    pictures = {}
    for path in (root / "pictures").glob("*.*"):
        with Image.open(path) as image:
            pictures[path.stem] = image.size
    assert pictures == PIXELS


def test_each_picture_is_told_with_its_path_and_its_measured_pixels(shown: str, root: Path) -> None:
    for path in (root / "pictures").glob("*.*"):
        width, height = PIXELS[path.stem]
        assert f"   pictures/{path.name}\n   {width} x {height} " in shown
        assert f", {path.stat().st_size:,} bytes, measured" in shown


def test_the_table_of_each_job_has_a_row_for_each_attempt(shown: str) -> None:
    rows = [line.split()[:5] for line in shown.partition("Fetching")[2].splitlines() if " gemini  " in line]
    calls = [(n, call) for act in ACTS for n, call in enumerate(act.calls, 1)]
    assert rows == [[str(n), call.model, "gemini", call.size, call.outcome] for n, call in calls]


def test_the_end_of_a_job_and_of_a_batch_is_told_by_a_webhook_that_was_verified(shown: str) -> None:
    told = [line for line in shown.partition("Fetching")[2].splitlines() if "webhook" in line]

    assert len(told) == 2
    for line, event in zip(told, ("job.succeeded", "batch.completed"), strict=True):
        assert re.fullmatch(rf"   told by a webhook: {event}, verified, \d+\.\d s after it happened *", line)


def test_a_file_that_is_dropped_is_shown_as_the_folder_that_it_became(shown: str, root: Path) -> None:
    told, folder = shown.partition(f"4  {dropped.FILE}, ")[2], root / "pictures" / dropped.FOLDER
    report = json.loads((folder / "report.json").read_text())

    assert [item["status"] for item in report["items"]] == list(ENDS.values())
    assert f"   pictures/{dropped.FOLDER}/\n" in told
    assert {path.stem for path in folder.iterdir()} == {"lamp", "chair", "report"}
    for path in folder.iterdir():
        assert re.search(rf"^   {path.name} .*\b{path.stat().st_size:,} bytes", told, re.MULTILINE)
    assert "   line 4: size: '9K' is no size; " in told
    assert f"   3 items, 2 pictures, 1 unreadable; ${report['totals']['cost_usd']:.4f}" in told


@pytest.mark.parametrize("step", ["repeat after 3 s: ", "fall back to gemini-3-pro-image: ", "lower to 2K: "])
def test_the_reason_for_each_kind_of_step_is_told(shown: str, step: str) -> None:
    assert step in shown.partition("Fetching")[2]


def test_what_is_no_terminal_gets_plain_lines_no_wider_than_it_is(shown: str) -> None:
    assert "".join(shown.splitlines()).isprintable()
    assert max(map(len, shown.partition("Fetching")[2].splitlines())) <= 80


def test_the_time_and_the_next_step_are_told_last(shown: str) -> None:
    assert "s in all, and nothing is left running." in shown
    assert shown.splitlines()[-1].startswith("Next: .venv/bin/cavendish up ")


def test_a_whole_run_leaves_no_process(shown: str, root: Path) -> None:
    assert left_of(root) == []


@pytest.mark.parametrize(
    ("moment", "number"),
    [("Starting", signal.SIGINT), ("attempt 1", signal.SIGTERM), ("Fetching", signal.SIGINT)],
)
def test_an_interrupted_run_says_so_and_leaves_no_process(tmp_path: Path, moment: str, number: int) -> None:
    with demo(checkout(tmp_path)) as started:
        assert started.stdout
        next(line for line in started.stdout if moment in line)
        for _ in range(3):  # nobody who waits presses Ctrl-C only once
            started.send_signal(number)
        _, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (130, "Interrupted; nothing was left running.\n")
    assert left_of(tmp_path) == []


def test_a_cloud_that_runs_already_is_told_and_left_alone(tmp_path: Path) -> None:
    home = Home(checkout(tmp_path))
    state.write(home, CloudState(processes=(process.current("up"),), running={"api": "http://127.0.0.1:9"}))
    with demo(tmp_path) as started:
        _, err = started.communicate(timeout=30)
    assert (started.returncode, err.count("\n")) == (3, 1)
    assert "http://127.0.0.1:9; end it with `make down`." in err
    assert state.read(home).running


def test_a_failure_is_one_sentence_with_the_path_of_its_log(tmp_path: Path) -> None:
    (checkout(tmp_path) / "workflow.asl.yaml").unlink()
    with demo(tmp_path) as started:
        _, err = started.communicate(timeout=30)
    assert (started.returncode, err.count("\n")) == (1, 1)
    assert f"The log is {tmp_path}/.local/log/" in err
    assert left_of(tmp_path) == []


def test_a_job_that_went_otherwise_than_planned_is_no_success() -> None:
    made = [{"model": NANO, "size": "2K", "outcome": "ok", "next": "done"}]
    job = {"status": "succeeded", "attempts": made, "fell_back": False, "downgraded": False}
    check(ACTS[0], job)
    with pytest.raises(CloudError, match="did not go as planned"):
        check(ACTS[1], job)


def test_a_file_that_went_otherwise_than_planned_is_no_success() -> None:
    rows: list[dict[str, Any]] = [
        {"line": line, "status": end, "files": [], "cost_usd": 0.0, "error": None} for line, end in ENDS.items()
    ]
    rows[2]["error"] = {"detail": "size: '9K' is no size"}
    report: dict[str, Any] = {"batch_id": "b", "items": rows, "totals": {"cost_usd": 0.0}}
    batch, sizes = {"id": "b", "cost": {"total_usd": 0.0}}, {"report.csv": 1, "report.json": 1}
    came = Returned(batch=batch, report=report, sizes=sizes, pictures=(), told="")
    dropped.check(came)
    with pytest.raises(CloudError, match=r"“catalogue\.csv” did not go as planned: its folder"):
        dropped.check(replace(came, sizes={"report.json": 1}))
    with pytest.raises(CloudError, match="what the API tells of its cost"):
        dropped.check(replace(came, batch={"id": "b", "cost": {"total_usd": 0.04}}))
