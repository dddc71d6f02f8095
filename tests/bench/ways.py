"""One way to get a picture from the model into the bucket, in a process of its own: what memory and CPU it takes."""

import base64
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
import httpx
from botocore.config import Config

MODEL = "gemini-3-pro-image"
Way = Callable[[str, Any, int, str], None]


def ours(url: str, s3: Any, n: int, prompt: str) -> None:
    """What `generate` does, but for the table and the workflow."""
    caller, attempt = _caller(url, s3), _attempt(n)
    caller.call(attempt, caller.prepare(attempt.call, prompt))


def whole_body(url: str, s3: Any, n: int, prompt: str) -> None:
    """httpx, json and base64, each holding all of it."""
    answer = httpx.post(f"{url}/v1beta/models/{MODEL}:generateContent", json={"prompt": prompt}, timeout=60).json()
    picture = base64.b64decode(answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"])
    s3.put_object(Bucket="images", Key=str(n), Body=picture)


def google_genai(url: str, s3: Any, n: int, prompt: str) -> None:
    """The provider's own SDK."""
    answer = _genai(url).models.generate_content(model=MODEL, contents=prompt)
    s3.put_object(Bucket="images", Key=str(n), Body=answer.candidates[0].content.parts[0].inline_data.data)


WAYS: dict[str, Way] = {"cavendish": ours, "google-genai": google_genai, "httpx, whole body": whole_body}


@cache
def _caller(url: str, s3: Any) -> Any:
    from adapters.images_bucket import ImagesBucket  # each way imports only what it needs
    from adapters.model_http import ModelHttp
    from adapters.safe_fetch import SafeFetch
    from cavendish.catalog.file import catalog
    from cavendish.credential import Credential
    from cavendish.pipeline.call import Caller

    return Caller(
        models=ModelHttp(lambda _: Credential("key"), {"gemini": url}, time.monotonic),
        web=SafeFetch(time.monotonic),
        images=ImagesBucket(s3, "images"),
        catalog=catalog(),
        open_file=lambda: cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=256 * 1024)),
        clock=time.monotonic,
        pause=time.sleep,
    )


def _attempt(n: int) -> Any:
    from cavendish.attempt import AttemptMessage, begin
    from cavendish.ladder.plan import Call

    call = Call(route="gemini", model=MODEL, size="4K", aspect_ratio="1:1", limit_s=60)
    counters = {"v": 1, "job_id": "job", "image": n, "step": 0, "route": 0, "try": 0, "waited_s": 0, "token": "t"}
    return begin(AttemptMessage.model_validate({**counters, "call": call}), 60, 0.0)


@cache
def _genai(url: str) -> Any:
    from google import genai
    from google.genai import types

    options = types.HttpOptions(base_url=url, api_version="v1beta")
    return genai.Client(api_key="key", http_options=options)


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def _forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return _peak_kb()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """WAY URL TOGETHER: warm up with small pictures, then measure; prints JSON."""
    way, url, together = WAYS[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    config = Config(signature_version="s3v4", request_checksum_calculation="when_required")
    s3 = boto3.client("s3", endpoint_url=url, config=config if way is ours else None)
    with ThreadPoolExecutor(together) as pool:
        way(url, s3, 0, "small")
        list(pool.map(lambda n: way(url, s3, n, "small"), range(together)))
        baseline, cpu = _forget_peak(), _cpu_s()
        list(pool.map(lambda n: way(url, s3, n, "large"), range(together)))
        figures = {"peak_mb": (_peak_kb() - baseline) / 1024, "cpu_ms": (_cpu_s() - cpu) * 1000 / together}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    assert os.environ["MALLOC_ARENA_MAX"] == "1", "measured as template.yaml runs it"
    main()
