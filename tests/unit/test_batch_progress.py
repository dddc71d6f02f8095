"""How far a batch is, in words."""

from typing import Any

import pytest

from cavendish_client.batches.progress import Pace, bad, done, words


def a_view(total: int | None = 100, status: str = "running", usd: float = 0.0, **items: int) -> dict[str, Any]:
    ends = ("succeeded", "partial", "failed", "cancelled", "expired", "unreadable")
    counted = {**dict.fromkeys(ends, 0), **items}
    return {"status": status, "items": {"total": total, **counted}, "cost": {"total_usd": usd}}


def paced(*seen: tuple[float, int]) -> Pace:
    pace = Pace()
    for now, count in seen:
        pace.see(now, count)
    return pace


def test_what_ended_is_done_and_what_has_no_picture_is_bad() -> None:
    view = a_view(succeeded=5, partial=1, failed=2, cancelled=1, expired=1, unreadable=3)

    assert (done(view), bad(view)) == (13, 7)


def test_nothing_is_said_of_the_pace_before_anything_has_ended() -> None:
    assert words(a_view(total=None, status="open"), paced((0, 0))) == "open: 0/? done, $0.00 so far"
    assert paced((0, 0), (10, 0)).left_s(5) is None


def test_the_pace_counts_from_when_somebody_began_to_look() -> None:
    pace = paced((100, 40), (160, 70))

    assert pace.per_minute == pytest.approx(30)
    assert pace.left_s(100) == pytest.approx(60)
    assert pace.left_s(None) is None


@pytest.mark.parametrize(("total", "left"), [(70, ""), (71, ", about 2 s left"), (1000, "31 min"), (9070, "5.0 h")])
def test_a_line_says_how_far_it_is_what_it_cost_and_how_long_it_takes_still(total: int, left: str) -> None:
    view = a_view(total=total, usd=12.4, succeeded=67, failed=2, unreadable=1)

    line = words(view, paced((100, 40), (160, 70)))

    assert line.startswith(f"running: 70/{total} done, 2 failed, 1 unreadable, 30.0/min, $12.40 so far")
    assert left in line
    assert bool(left) == ("about" in line)
