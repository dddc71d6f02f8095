"""What a storm left: the figures of the process that it went over, its jobs, their pictures, and the bill."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

ROOT = Path(__file__).parents[2]
WITHIN_S = 240
#: One attempt's row.
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Storm:
    folder: Path
    figures: dict[str, float]
    #: Each with its `job` as a caller sees it, its `prompt`, and the `rows` of its attempts.
    jobs: list[dict[str, Any]]
    calls: dict[str, list[dict[str, Any]]]

    def pairs(self) -> Iterator[tuple[Row, dict[str, Any]]]:
        """Each attempt with the call that the model server has of it."""
        for job in self.jobs:
            yield from zip(job["rows"], self.calls[job["prompt"]], strict=True)


def raged(url: str, folder: Path, *, seed: str, jobs: int) -> Storm:
    """Wait until it is over."""
    command = [sys.executable, "-m", "tests.hostile.storm", url, str(folder), seed, str(jobs)]
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}  # as template.yaml runs it
    said = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=WITHIN_S, check=True)
    calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in httpx.get(f"{url}/_control/calls", timeout=30).json():
        calls[call["prompt"]].append(call)
    told = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return Storm(folder, json.loads(said.stdout), told, calls)


def measured(path: Path) -> tuple[Any, ...]:
    """By another hand than the product's; that its pixels can be decoded is part of it."""
    data = path.read_bytes()
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return *picture.size, Image.MIME[picture.format or ""], len(data), hashlib.sha256(data).hexdigest()


def claimed(image: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(image[name] for name in ("width", "height", "mime", "bytes", "sha256"))
