"""What a probe asks, out of the models as the API shows them; and what it makes of the jobs that came of it."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.catalog.matrix import matrix
from cavendish_client.probe.asks import Ask, NotProbed, asks, total_usd
from cavendish_client.probe.finding import finding

MODELS: list[dict[str, Any]] = matrix(catalog()).model_dump(mode="json")["models"]
LITE, NANO, FLASH, PRO = (
    *("gemini-3.1-flash-lite-image", "gemini-nano-banana-2.1"),
    *("gemini-3.1-flash-image", "gemini-3-pro-image"),
)


def shown(*asked: Any) -> list[tuple[str, str]]:
    return [(one.model, one.size) for one in asks(MODELS, *asked)]


def an_ask(expected: str = "2752x1536", ratio: str = "16:9") -> Ask:
    known = {"model": PRO, "route": "gemini", "size": "2K", "price_usd": 0.134}
    return Ask(**known, aspect_ratio=ratio, expected=expected)  # type: ignore[arg-type]


def a_job(outcome: str = "ok", got: str | None = "2752x1536", **fields: Any) -> dict[str, Any]:
    attempt = {
        "outcome": outcome,
        "detail": "in words",
        "started_at": "2026-11-20T10:00:00.000Z",
        "ended_at": "2026-11-20T10:00:12.500Z",
    }
    width, height = got.split("x") if got else (0, 0)
    picture = {"width": int(width), "height": int(height), "mime": "image/png", "model": PRO}
    return {
        "id": "01J",
        "status": "succeeded" if got else "failed",
        "delivered": picture if got else None,
        "attempts": [attempt],
        "cost": {"total_usd": 0.135, "estimated": False},
        "error": None,
        **fields,
    }


def test_each_size_is_asked_of_the_cheapest_model_that_is_offered_at_it() -> None:
    offers = {one["id"]: one["offers"]["gemini"]["price_usd"] for one in MODELS if "gemini" in one["routes"]}

    asked = asks(MODELS, "gemini", None, [])

    assert [one.size for one in asked] == ["512", "1K", "2K", "4K"]
    for one in asked:
        assert one.price_usd == min(prices[one.size] for prices in offers.values() if one.size in prices)
    assert total_usd(asked) == pytest.approx(sum(one.price_usd for one in asked))


def test_a_model_that_is_named_is_asked_for_all_that_the_route_offers_of_it() -> None:
    assert shown("gemini", "Nano-Banana-Pro", []) == [(PRO, "1K"), (PRO, "2K"), (PRO, "4K")]


def test_sizes_that_are_named_are_asked_for_once_each_in_their_order() -> None:
    assert shown("gemini", PRO, ["4k", "1K", "4K"]) == [(PRO, "1K"), (PRO, "4K")]


@pytest.mark.parametrize("route", catalog().routes)
def test_the_ratio_is_not_square_where_the_route_has_another(route: str) -> None:
    for one in asks(MODELS, route, None, []):
        ratios = catalog().offer(route, one.model).ratios
        assert one.aspect_ratio in ratios
        assert one.tells_the_ratio == (set(ratios) != {"1:1"})
        pixels = catalog().expected(one.model, one.size, one.aspect_ratio)  # type: ignore[arg-type]
        assert one.expected == f"{pixels.width}x{pixels.height}"


def test_a_deployment_that_does_not_tell_its_pixels_is_too_old() -> None:
    old = [{name: value for name, value in one.items() if name != "delivers"} for one in MODELS]

    with pytest.raises(NotProbed, match="older than this command"):
        asks(old, "gemini", None, [])


@pytest.mark.parametrize(
    ("got", "verdict"),
    [
        ("1376x768", "gave 1376x768: ignores size"),
        ("5504x3072", "gave 5504x3072: ignores size"),
        ("2048x2048", "gave 2048x2048: ignores ratio"),
        ("1536x2752", "gave 1536x2752: ignores ratio"),
        ("1024x1024", "gave 1024x1024: ignores size and ratio"),
        ("2560x1440", "gave 2560x1440: not the size that was asked for"),
    ],
)
def test_a_wrong_picture_tells_what_was_ignored(got: str, verdict: str) -> None:
    found = finding(an_ask(), a_job("wrong_size", got))

    assert (found.verdict, found.honours, found.got) == (verdict, False, got)


def test_a_right_picture_is_told_with_its_time_and_cost() -> None:
    found = finding(an_ask(), a_job())

    assert (found.verdict, found.honours) == ("honours size and ratio", True)
    assert (found.got, found.mime, found.answered_by) == ("2752x1536", "image/png", PRO)
    assert (found.seconds, found.cost_usd, found.estimated) == (12.5, 0.135, False)


def test_a_square_says_nothing_of_ratios() -> None:
    assert finding(an_ask("2048x2048", "1:1"), a_job(got="2048x2048")).verdict == "honours size; has no ratio but 1:1"


def test_where_no_picture_came_the_outcome_is_told_in_its_own_words() -> None:
    found = finding(an_ask(), a_job("bad_key", None))

    assert (found.verdict, found.honours, found.got, found.mime) == ("bad_key: in words", False, None, None)


def test_a_job_that_never_got_its_turn_is_told_by_its_error() -> None:
    error = {"code": "expired", "title": "Expired", "detail": "no time was left"}
    found = finding(an_ask(), a_job(got=None, attempts=[], status="expired", error=error))

    assert (found.verdict, found.honours, found.seconds) == ("expired: no time was left", False, None)
