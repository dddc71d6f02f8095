"""The section of docs/numbers.md about policies."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from tests.bench.policy.figures import Row
from tests.bench.policy.goals import goals
from tests.bench.policy.words import HEAD, WHY

_COLUMNS: Final = (
    "policy",
    "delivered",
    "at the asked size",
    "p50 s",
    "p95 s (least to most)",
    "p99 s",
    "USD per delivered (least to most)",
    "calls per image",
    "possible duplicates per 1,000",
)


def section(rows: Sequence[Row], seeds: int) -> str:
    """All of it below its heading."""
    return "\n".join(_lines(rows, seeds)) + "\n"


def _lines(rows: Sequence[Row], seeds: int) -> Iterator[str]:
    yield from ("", HEAD.format(seeds=seeds), "| goal | came out | |", "| --- | --- | --- |")
    for goal in goals(rows):
        yield f"| {goal.what} | {goal.came_out} | {'reached' if goal.reached else 'missed'} |"
    yield from ("", WHY)
    for climate, of_climate in groupby(rows, key=lambda one: one.climate):
        yield from ("", f"![Time against cost in the climate {climate}](policies-{climate}.svg)")
        for size, of_size in groupby(of_climate, key=lambda one: one.size):
            yield from _table(f"### `{climate}`, {size}", list(of_size))


def _table(title: str, rows: list[Row]) -> Iterator[str]:
    yield from ("", title, "", _cells(_COLUMNS), _cells(["---"] * len(_COLUMNS)))
    yield from (_cells(_row(row)) for row in rows)


def _row(row: Row) -> Iterator[str]:
    mean, least, most = row.spread
    yield f"`{row.policy}`"
    yield from (f"{mean.delivered:.3%}", f"{mean.at_asked_size:.3%}", f"{mean.p50_s:.1f}")
    yield f"{mean.p95_s:.1f} ({least.p95_s:.1f} to {most.p95_s:.1f})"
    yield f"{mean.p99_s:.0f}"
    yield f"{mean.usd_per_delivered:.4f} ({least.usd_per_delivered:.4f} to {most.usd_per_delivered:.4f})"
    yield from (f"{mean.calls_per_image:.2f}", f"{mean.possible_duplicates_per_1000:.1f}")


def _cells(cells: Sequence[str] | Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"
