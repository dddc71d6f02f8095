"""One door that takes the example's submit, in a process of its own: the CPU of its start, and of each request."""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

#: Of a module each: a `handler` as Lambda calls it.
DOORS = {"cavendish": "api", "naive": "tests.bench.naive_api"}
EVENT = Path(__file__).parents[2] / "events" / "api.submit.json"
CONTEXT = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 28_000,
    function_name="api",
    memory_limit_in_mb=1769,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:api",
    aws_request_id="1",
)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _request(handler: Any) -> None:
    answer = handler(json.loads(EVENT.read_text()), CONTEXT)
    assert answer["statusCode"] == 202, answer


def main() -> None:
    """DOOR REQUESTS: start, answer once, then so often again; prints JSON on stderr, since logs go to stdout."""
    handler = import_module(DOORS[sys.argv[1]]).handler
    _request(handler)
    cold_s, requests = _cpu_s(), int(sys.argv[2])
    for _ in range(requests):
        _request(handler)
    sys.stderr.write(json.dumps({"cold_ms": cold_s * 1000, "warm_s": _cpu_s() - cold_s}) + "\n")


if __name__ == "__main__":
    main()
