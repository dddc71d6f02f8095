"""Runs every policy through every world: `make bench-policy`, `make bench-policy SEEDS=1,2,3`."""

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from itertools import groupby, product
from multiprocessing import Pool
from operator import itemgetter
from pathlib import Path
from typing import Final

from cavendish.size import Tier
from tests.bench.numbers import write_policies
from tests.bench.policy.chart import chart
from tests.bench.policy.constants import CLIMATES, SIZES
from tests.bench.policy.contenders import others
from tests.bench.policy.figures import Figures, Row, figures, spread
from tests.bench.policy.oracle import Oracle
from tests.bench.policy.ours import Cavendish
from tests.bench.policy.page import section
from tests.bench.policy.run import Contender, World, race

ROOT: Final = Path(__file__).parents[3]
SEEDS: Final = "1,2,3,4,5"


def contenders(world: World) -> list[Contender]:
    return [*others(world.size), Cavendish(world.size), Oracle(world.weather)]


def run(world: tuple[str, Tier, int]) -> dict[str, Figures]:
    """All policies in one world, one after the other, so that they share its coins."""
    here = World(*world)
    return {one.name: figures(race(here, one), here.size) for one in contenders(here)}


def rows(seeds: list[int]) -> Iterator[Row]:
    worlds = list(product(CLIMATES, SIZES, seeds))
    # What a run makes has no cycles, and to look for some takes a fifth of its time.
    with Pool(initializer=gc.disable) as pool:
        done = zip(worlds, pool.map(run, worlds, chunksize=1), strict=True)
    for (climate, size), group in groupby(done, key=lambda one: one[0][:2]):
        runs = list(map(itemgetter(1), group))
        yield from (Row(climate, size, name, spread([run[name] for run in runs])) for name in runs[0])


def main() -> None:
    """Run, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default=SEEDS)
    seeds = _seeds(parser.parse_args().seeds)
    done = list(rows(seeds))
    _keep(done)
    text = section(done, len(seeds))
    write_policies(text)
    for climate in CLIMATES:
        (ROOT / "docs" / f"policies-{climate}.svg").write_text(chart([one for one in done if one.climate == climate]))
    sys.stdout.write(text)


def _seeds(said: str) -> list[int]:
    """Exits with 2, as argparse does, but in one sentence."""
    try:
        return [int(seed) for seed in said.split(",")]
    except ValueError:
        sys.stderr.write(f"SEEDS are whole numbers with commas between them, such as 1,2,3; {said!r} are none.\n")
        raise SystemExit(2) from None


def _keep(done: list[Row]) -> None:
    """For programs: what is said elsewhere of these figures can be checked against it."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    means = [{"climate": c, "size": s, "policy": p, **one.mean._asdict()} for c, s, p, one in done]
    (build / "bench-policy.json").write_text(json.dumps(means, indent=1) + "\n")


if __name__ == "__main__":
    main()
