"""Writes what is made of other files: `make docs`. A test finds out when it was forgotten."""

import json
from pathlib import Path

from cavendish.contract.problem import PROBLEMS
from cavendish.ladder.plan import Rule
from cavendish.ladder.policy import CAVENDISH
from cavendish.outcome import TABLE

ROOT = Path(__file__).parents[1]
#: The events whose bodies the OpenAPI document shows.
EXAMPLES = ("api.submit", "api.submit-by-wishes", "api.estimate")

HEAD = """# Errors

Made by `make docs` from [problem.py](../layers/core/cavendish/contract/problem.py) and
[outcome.py](../layers/core/cavendish/outcome.py); do not edit it.

## What the API answers

Each is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail` and `code`. Programs should look
at `code`; `detail` is for people and may change. Below 500 there is `errors` too: each fault with the part of the
request it is `in` (`method`, `path`, `query`, `header` or `body`), a `pointer` into that, and `detail`. Only API
Gateway, which stands before the API, answers 413 (above 10 MB), 429 and 503 in words of its own: `{"message": ...}`.

| status | `code` | title | when |
| --- | --- | --- | --- |
"""
OUTCOMES = """
## How an attempt ends

`attempts[].outcome` of a job. A job that failed has the last one in `error.code`. "Billed" is what is presumed where
the answer says nothing of it. What follows is the default policy's word (`cavendish`); where there is nothing left to
repeat it falls back, and where there is no other model it lowers the resolution, if that is allowed. Refusals fall back
only with `on_refusal: "fallback"`; an end that may have been billed without a picture is repeated `unknown_retries`
times per image.

| `outcome` | title | billed | whose fault | what follows |
| --- | --- | --- | --- | --- |
"""
FOLLOWS = {
    Rule.TAKE: "the picture is delivered",
    Rule.REPEAT: "the same model again, after a wait",
    Rule.NEXT_ROUTE: "the next model",
    Rule.LOWER: "a lower resolution",
    Rule.FAIL: "the image ends",
}


def errors() -> str:
    """The text of docs/errors.md."""
    problems = "".join(f"| {one.status} | `{code}` | {one.title} | {one.when} |\n" for code, one in PROBLEMS.items())
    outcomes = "".join(
        f"| `{name}` | {row.title} | {row.billed} | {row.blame} | {FOLLOWS[CAVENDISH.rules[name]]} |\n"
        for name, row in TABLE.items()
    )
    return HEAD + problems + OUTCOMES + outcomes


def examples() -> str:
    """The text of the document's examples: the bodies of events, indented."""
    bodies = {name: json.loads(json.loads((ROOT / "events" / f"{name}.json").read_text())["body"]) for name in EXAMPLES}
    return json.dumps(bodies, indent=2, ensure_ascii=False) + "\n"


PAGES = {"docs/errors.md": errors, "layers/core/cavendish/openapi/examples.json": examples}

if __name__ == "__main__":
    for name, text in PAGES.items():
        (ROOT / name).write_text(text())
