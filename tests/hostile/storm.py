"""Many jobs in hostile weather, many at once, in a process of their own: what it takes is measured from the inside.

    python -m tests.hostile.storm URL FOLDER SEED JOBS

Pictures and one line of JSON for each job go into the folder; figures of memory are printed.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, Final

from cavendish.attempt import Result
from cavendish.catalog.file import catalog
from cavendish.catalog.route import Route
from cavendish.contract.view import view
from cavendish.ladder.plan import Call, Plan, Position, follow
from cavendish.pipeline.call import Caller
from cavendish.pipeline.generate import Generate
from tests.fakes import FakeImages
from tests.hostile.caller import caller
from tests.hostile.memory import MB, Files, forget_peak, peak_mb, resident_mb
from tests.world import Clock, Fate, World

TOGETHER: Final = 32
#: After so many jobs all that is built once has been built.
WARM_UP: Final = 0.2
#: A planned limit of 50 s is one of 2 s here; no attempt has more than the most.
LIMITS_SHRINK: Final = 25
MOST_S: Final = 3
SIZES: Final = ("1K",) * 17 + ("2K",) * 2 + ("4K",)


class Folder(FakeImages):
    """Pictures go into files, and none is found again: no worker dies here."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    def put(self, file: BinaryIO, result: Result, *, crc32: str) -> None:
        assert result.image is not None, "only a picture is stored"
        path = self._root / result.image.object_key
        path.parent.mkdir(parents=True, exist_ok=True)
        file.seek(0)
        path.write_bytes(file.read())


class RealClock(Clock):
    """Time as it passes."""

    def __call__(self) -> float:
        return time.time()


class HostileWorld(World):
    """One job's own table and workflow, real time, and the caller that all share."""

    def __init__(self, number: int, shared: Caller) -> None:
        super().__init__()
        self._serial = count(number * 1000 + 1)
        self._shared = shared
        self.clock = RealClock()

    def worker(self, fate: Fate | None = None) -> Generate:
        worker = super().worker(fate)
        worker._caller = self._shared
        return worker


def any_request(number: int, seed: str) -> dict[str, Any]:
    """Every route in its turn, one of its models, and a size that it has."""
    random = Random(f"{seed}/{number}")
    names = sorted(catalog().routes)
    name = names[number % len(names)]
    route: Route = catalog().routes[name]
    model, size = random.choice(sorted(route.models)), random.choice(SIZES)
    size = size if size in route.models[model].sizes else "1K"
    policy = random.choice(("cavendish", "cavendish", "s1-dual", "s2-reliability"))
    pin = {"model": model, "route": name} if random.random() < 0.9 else {}
    return {
        "prompt": f"a hostile picture, number {number} of {seed}",
        "size": size,
        "unknown_retries": random.choice((1, 5)),
        "on_refusal": random.choice(("fail", "fallback")),
        "policy": "cavendish" if pin else policy,
        **pin,
    }


def walk(number: int, *, seed: str, shared: Caller, folder: Path) -> None:
    """One job, from its submit to its end."""
    world = HostileWorld(number, shared)
    job = world.running(**any_request(number, seed))
    plan: Plan | None = job.plan
    assert plan is not None
    position: Position | None = Position()
    while position is not None:
        message = world.message(job, position, call=_hurried(plan.at(position).call))
        said = world.worker().run(message, worker_until=world.clock() + 720)
        assert said is not None
        position = follow(plan, position, said, now=world.clock(), chance=0.5).position
    world.settle(job.id)
    attempts = world.jobs.attempts(job.id)
    shown = view(world.job(job.id), attempts, base_url="", link=lambda key, _: key, now=world.clock())
    line = {"job": shown, "prompt": job.request.prompt, "rows": [one.model_dump(mode="json") for one in attempts]}
    (folder / f"{job.id}.json").write_text(json.dumps(line))


def _hurried(call: Call) -> Call:
    return call.model_copy(update={"limit_s": min(MOST_S, round(call.limit_s / LIMITS_SHRINK))})


def main() -> None:
    url, folder, seed, jobs = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    files = Files()
    work = partial(walk, seed=seed, shared=caller(url, files, Folder(folder)), folder=folder)
    warm = round(jobs * WARM_UP)
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(work, range(warm)))
        before = resident_mb()
        forget_peak()
        list(pool.map(work, range(warm, jobs)))
    figures = {"before_mb": before, "after_mb": resident_mb(), "peak_mb": peak_mb()}
    left = {"files_left": len(files.sizes), "most_in_files_mb": files.most / MB}
    sys.stdout.write(json.dumps({**figures, **left}) + "\n")


if __name__ == "__main__":
    main()
