"""One attempt after the other, in a process of its own that measures itself.

    python -m tests.hostile.victim

Each line of JSON on its input names a base address and a limit; for each it prints how the attempt ended, and what it
took.
"""

import json
import sys
import threading
import time
from typing import Any

from tests.builders import a_call, an_attempt
from tests.fakes import FakeImages
from tests.hostile.caller import caller
from tests.hostile.memory import MB, Files, forget_peak, peak_mb, resident_mb

PROMPT = "a lighthouse in a flood"


def suffer(url: str, limit_s: int) -> dict[str, Any]:
    files = Files()
    attempt, model = an_attempt(call=a_call(limit_s=limit_s)), caller(url, files, FakeImages())
    request = model.prepare(attempt.call, PROMPT)
    forget_peak()
    before, began = resident_mb(), time.monotonic()
    result = model.call(attempt, request)  # type: ignore[arg-type]
    took_s = time.monotonic() - began
    return {
        "outcome": result.report.outcome,
        "billed": result.report.billed,
        "detail": result.report.detail,
        "took_s": took_s,
        "grew_mb": peak_mb() - before,
        "most_in_files_mb": files.most / MB,
        "files_left": len(files.sizes),
        "threads": threading.active_count(),
    }


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(suffer(**json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
