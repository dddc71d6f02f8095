"""The goals of the default policy, beside what came out."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tests.bench.policy.figures import Figures, Row

OURS: Final = "cavendish"
IDEAL: Final = "oracle"
#: How far from the ideal its times and its cost may be.
NEAR: Final = 0.15


class Goal(NamedTuple):
    """A goal and whether it was reached."""

    what: str
    came_out: str
    reached: bool


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    table = {(one.climate, one.size, one.policy): one.mean for one in rows}
    yield from _at_4k({policy: mean for (*world, policy), mean in table.items() if world == ["articles", "4K"]})
    for climate, size in dict.fromkeys((one.climate, one.size) for one in rows):
        yield _near(climate, size, table[climate, size, OURS], table[climate, size, IDEAL])


def _at_4k(table: dict[str, Figures]) -> Iterator[Goal]:
    ours, s1, s2 = (table[name] for name in (OURS, "s1-dual", "s2-reliability"))
    where = "`articles`, 4K"
    yield Goal(f"{where}: delivered ≥ 99.99 %", f"{ours.delivered:.3%}", ours.delivered >= 0.9999)
    yield Goal(f"{where}: at the asked size ≥ 99.9 %", f"{ours.at_asked_size:.3%}", ours.at_asked_size >= 0.999)
    share = ours.p95_s / s2.p95_s
    yield Goal(f"{where}: p95 ≤ 1/10 of `s2-reliability`'s", f"1/{1 / share:.1f}", share <= 0.1)
    came_out = f"${ours.usd_per_delivered:.3f} against ${s1.usd_per_delivered:.3f}"
    cheaper = ours.usd_per_delivered <= s1.usd_per_delivered
    yield Goal(f"{where}: a delivered picture costs at most `s1-dual`'s", came_out, cheaper)


def _near(climate: str, size: str, ours: Figures, ideal: Figures) -> Goal:
    slower, dearer = ours.p95_s / ideal.p95_s - 1, ours.usd_per_delivered / ideal.usd_per_delivered - 1
    what = f"`{climate}`, {size}: p95 and cost within {NEAR:.0%} of the oracle's"
    return Goal(what, f"{slower:+.1%} and {dearer:+.1%}", max(slower, dearer) <= NEAR)
