"""What `cavendish plan` and `cavendish simulate` print, line by line, in columns that fit their words."""

from typing import Any

from cavendish.advice.forecast import Forecast
from cavendish.advice.rehearsal import Scene
from cavendish.outcome import Billed
from cavendish_client.say import say

#: A line's cells; one cell alone is a sentence.
Line = tuple[str, ...]


def say_all(lines: list[Line]) -> None:
    """Print them, the cells below each other."""
    rows = [line for line in lines if len(line) > 1]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)] if rows else []
    for line in lines:
        cells = line if len(line) == 1 else [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        say("  ".join(cells).rstrip())


def articles(found: list[Forecast], claims: list[str]) -> list[Line]:
    """What each article says of it."""
    if not found:
        return [("No article counts calls or money for this.",), *((claim,) for claim in claims), ("",)]
    head = ("model", "size", "calls", "each", "all", "time", "row", "how")
    times = dict.fromkeys(f"time of {one.model}: {one.times_source}" for one in found)
    said = [*times, *claims, ""]
    return [("As the articles count:",), head, *map(_forecast, found), *((sentence,) for sentence in said)]


def ladder(told: dict[str, Any], n: int, *, measured: bool) -> list[Line]:
    """What the ladder of a policy comes to; `told` is an estimate of one picture."""
    cost, took = told["cost"], told["time"]
    whose = "this deployment measured" if measured else "articles claim for this hour"
    each = f"{told['calls']:.2f} calls, {_usd(cost['expected_usd'])} ({_usd(cost['best_usd'])} to"
    head = ("model", "route", "size", "tries", "limit", "price", "success", "by")
    return [
        (f"By the ladder of {told['policy']}, with the chances that {whose}:",),
        head,
        *(_rung(one) for one in told["ladder"]),
        *((f"left out: {one['model']} at {one['size']}: {one['reason']}",) for one in told["skipped"]),
        (f"a picture: {each} {_usd(cost['worst_usd'])}), {took['p50_s']:g} s, {took['p95_s']:g} s in 95 of 100 cases",),
        (f"{n} pictures: {n * told['calls']:.0f} calls, {_usd(n * cost['expected_usd'])}",),
        *((f"a picture with {one['words']}",) for one in told["savings"]),
    ]


def walk(scenes: list[Scene]) -> list[Line]:
    """An attempt a line, and what it came to."""
    total = sum(one.usd for one in scenes)
    doubtful = sum(one.usd for one in scenes if one.billed is Billed.UNKNOWN)
    last = scenes[-1]
    head = ("at", "model", "route", "size", "took", "outcome", "billed", "cost", "next")
    ended = f"{len(scenes)} calls in {last.at_s + last.took_s:g} s, {_usd(total)}"
    return [head, *map(_scene, scenes), (f"{ended}, of which {_usd(doubtful)} may be paid without a picture",)]


def _forecast(one: Forecast) -> Line:
    each, total = (_range(*pair) for pair in (one.each_usd, one.total_usd))
    time = f"{one.typical_s:g} s ({one.p95_s:g})" if one.typical_s else "-"
    return one.model, one.size, str(one.calls or "-"), each, total, time, one.row, one.how


def _rung(one: dict[str, Any]) -> Line:
    terms = (str(one["tries"]), f"{one['limit_s']} s", _usd(one["price_usd"]), f"{one['success']:.0%}")
    return one["model"], one["route"], one["size"], *terms, one["source"]


def _scene(one: Scene) -> Line:
    asked = (f"{one.at_s:g} s", one.model, one.route, one.size)
    return *asked, f"{one.took_s:g} s", one.outcome, one.billed, _usd(one.usd), one.next


def _range(low: float, high: float) -> str:
    return _usd(low) if low == high else f"{_usd(low)}-{_usd(high)}"


def _usd(usd: float) -> str:
    """At least cents, and tenths of a cent where there are such."""
    return f"${usd:.2f}" if round(usd, 2) == round(usd, 4) else f"${usd:.4f}".rstrip("0")
