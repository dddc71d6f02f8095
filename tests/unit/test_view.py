"""The job as callers see it: the contract of the architecture's section 5, field by field."""

from typing import Any

import pytest

from cavendish.attempt import Attempt, State
from cavendish.contract.view import timestamp, view
from cavendish.job import Job, JobError, Status
from cavendish.ladder.plan import Step
from cavendish.outcome import Outcome
from tests.builders import (
    JOB_ID,
    NOW,
    PRO,
    a_call,
    a_key,
    a_request,
    a_result,
    a_running_job,
    an_attempt,
    an_ended_attempt,
    an_image,
)

BASE = "https://api.test"
NANO = "gemini-nano-banana-2.1"


def shown(job: Job, *attempts: Attempt) -> dict[str, Any]:
    return view(job, list(attempts), base_url=BASE, link=lambda key, mime: f"{BASE}/{key}?{mime}", now=NOW + 100)


def ended(*delivered: Attempt, status: Status = Status.SUCCEEDED, **request: Any) -> Job:
    """A job that ended with the pictures of these attempts."""
    return a_running_job(a_request(**request)).end(status, NOW + 60, delivered=tuple(one.path for one in delivered))


def made(*, model: str = NANO, size: str = "2K", **key: int) -> Attempt:
    return an_ended_attempt(Outcome.OK, a_key(**key), call=a_call(model=model, size=size))


FIELDS = (
    "id status created_at updated_at deadline_at starts_at links requested downgraded fell_back delivered images "
    "attempts skipped cost error"
)


def test_a_job_has_exactly_the_fields_of_the_contract() -> None:
    assert list(shown(ended(made()), made())) == FIELDS.split()


def test_a_job_that_was_just_queued_shows_what_was_asked_for_and_nothing_else() -> None:
    body = shown(a_running_job(a_request(size="4K", metadata={"a": 1}, tags=["t"])))

    assert (body["id"], body["status"], body["images"], body["delivered"]) == (JOB_ID, "running", [], None)
    assert body["attempts"] == []
    assert body["error"] is None
    assert (body["downgraded"], body["fell_back"]) == (False, False)
    assert body["links"] == {"self": f"{BASE}/v1/jobs/{JOB_ID}", "cancel": f"{BASE}/v1/jobs/{JOB_ID}/cancel"}
    assert body["cost"] == {"total_usd": 0, "possible_duplicate_usd": 0, "estimated": False}


@pytest.mark.parametrize(("starts_at", "told"), [(None, None), (NOW, "2027-01-15T08:00:00.000Z")])
def test_a_job_that_waits_for_its_hour_says_when_it_starts(starts_at: float | None, told: str | None) -> None:
    assert shown(a_running_job(starts_at=starts_at))["starts_at"] == told


def test_what_was_asked_for_is_shown_resolved_and_without_the_prompt() -> None:
    asked = shown(ended(size="1376x768", n=3, metadata={"a": 1}))["requested"]

    assert "prompt" not in asked
    assert (asked["size"], asked["aspect_ratio"], asked["model"], asked["route"]) == (
        "1376x768",
        "16:9",
        NANO,
        "gemini",
    )
    assert (asked["n"], asked["metadata"], asked["policy"], asked["lane"]) == (3, {"a": 1}, "cavendish", "interactive")


PICTURE = {
    "index": 0,
    "url": f"{BASE}/{a_key().object_key}?image/png",
    "expires_at": timestamp(NOW + 100 + 900),
    "width": 1024,
    "height": 1024,
    "mime": "image/png",
    "bytes": 5,
    "sha256": "0" * 64,
    "one_colour": False,
    "model": NANO,
    "route": "gemini",
    "size": "2K",
}


def test_a_picture_is_shown_with_its_link_its_pixels_and_who_made_it() -> None:
    assert shown(ended(made()), made())["images"] == [PICTURE]


def test_a_picture_of_one_colour_is_delivered_and_said_to_be_one() -> None:
    attempt = an_ended_attempt(result=a_result(image=an_image(one_colour=True)))
    body = shown(ended(attempt), attempt)

    assert (body["images"][0]["one_colour"], body["delivered"]["one_colour"]) == (True, True)


def test_a_picture_that_was_stored_before_that_was_looked_at_is_not_said_to_be_one() -> None:
    attempt = made()
    rows = attempt.model_dump(mode="json", exclude={"result": {"image": {"one_colour"}}})

    assert shown(ended(attempt), Attempt.model_validate(rows))["images"] == [PICTURE]


def test_what_was_delivered_is_the_first_picture_without_its_link() -> None:
    body = shown(ended(made(), made(image=1), n=2), made(image=1, model=PRO), made())

    assert [image["index"] for image in body["images"]] == [0, 1]
    assert set(body["images"][0]) - set(body["delivered"]) == {"index", "url", "expires_at"}
    assert body["delivered"]["model"] == NANO


@pytest.mark.parametrize(
    ("attempt", "downgraded", "fell_back"),
    [
        (made(), False, False),
        (made(size="1K", step=1), True, False),
        (made(model=PRO, route=1), False, True),
        (made(model=PRO, size="1K", step=1, route=1), True, True),
    ],
)
def test_the_difference_to_what_was_asked_for_is_told(attempt: Attempt, downgraded: bool, fell_back: bool) -> None:
    body = shown(ended(attempt), attempt)

    assert (body["downgraded"], body["fell_back"]) == (downgraded, fell_back)


def taken(outcome: Outcome, *pixels: int, asked: str, **result: Any) -> Attempt:
    """An attempt whose picture was taken all the same."""
    image = an_image(width=pixels[0], height=pixels[1])
    call = a_call(model=NANO, size=asked)
    return an_ended_attempt(result=a_result(outcome, image=image, **result), call=call)


@pytest.mark.parametrize(
    ("asked", "pixels", "size", "downgraded"),
    [
        ("4K", (1024, 1024), "1K", True),
        ("4K", (4096, 3072), "4K", True),
        ("2K", (4096, 4096), "4K", False),
        ("2K", (2752, 1536), "2K", False),
        ("2K", (2000, 2000), "2K", True),
    ],
)
def test_a_picture_that_is_taken_with_other_pixels_is_downgraded_if_they_are_fewer(
    asked: str, pixels: tuple[int, int], size: str, downgraded: bool
) -> None:
    attempt = taken(Outcome.WRONG_SIZE, *pixels, asked=asked)
    body = shown(ended(attempt, size=asked), attempt)

    assert (body["downgraded"], body["fell_back"], body["delivered"]["size"]) == (downgraded, False, size)
    assert (body["delivered"]["width"], body["delivered"]["height"]) == pixels


@pytest.mark.parametrize(("maker", "fell_back"), [(PRO, True), (NANO, False)])
def test_a_picture_of_another_model_is_said_to_be_its(maker: str, fell_back: bool) -> None:
    attempt = taken(Outcome.WRONG_MODEL, 2048, 2048, asked="2K", made_by=maker)
    body = shown(ended(attempt), attempt)

    assert (body["fell_back"], body["downgraded"], body["delivered"]["model"]) == (fell_back, False, maker)


def test_a_picture_that_is_taken_all_the_same_says_why() -> None:
    attempt, job = taken(Outcome.WRONG_SIZE, 1024, 1024, asked="2K"), a_running_job(a_request(accept=["wrong_size"]))

    assert shown(job, attempt)["attempts"][0]["next"] == (
        "done: the picture does not have the size that was asked for, and that is accepted"
    )


@pytest.mark.parametrize(
    ("fields", "shows"),
    [
        ({"use_case": "print_design"}, {"size": "4K", "use_case": "print_design"}),
        ({"use_case": "preview", "size": "16:9"}, {"size": "1K", "aspect_ratio": "16:9"}),
        ({"quality": "fast"}, {"thinking": "low", "quality": "fast"}),
        ({"quality": "fast", "thinking": "high"}, {"thinking": "high"}),
        ({"size": "2048*2048"}, {"size": "2048x2048", "aspect_ratio": "1:1"}),
        ({}, {"size": "2K", "aspect_ratio": "1:1", "thinking": None, "accept": []}),
    ],
)
def test_what_was_asked_for_is_shown_with_what_it_stands_for(fields: dict[str, Any], shows: dict[str, Any]) -> None:
    asked = shown(a_running_job(a_request(**fields)))["requested"]

    assert {name: asked[name] for name in shows} == shows


def test_pictures_are_shown_that_the_job_ended_with_and_no_others() -> None:
    late = made(image=1)

    assert shown(a_running_job(), made())["images"] == []
    assert [one["index"] for one in shown(ended(made(), status=Status.PARTIAL, n=2), made(), late)["images"]] == [0]
    assert shown(ended(status=Status.CANCELLED), made())["images"] == []


ROW = {
    "n": 1,
    "image": 0,
    "model": PRO,
    "route": "gemini",
    "size": "1K",
    "outcome": "overloaded",
    "detail": "The model was overloaded or failed",
    "billed": "no",
    "started_at": "2027-01-15T08:00:00.000Z",
    "ended_at": "2027-01-15T08:00:10.000Z",
    "waited_s": 4,
    "timings": {},
    "cost_usd": 0.0,
    "usage": None,
    "priced": None,
    "note": None,
    "next": "repeat after a wait: the model was overloaded or failed",
}


def test_an_attempt_is_shown_with_all_that_is_known_of_it() -> None:
    assert shown(a_running_job(), an_ended_attempt(Outcome.OVERLOADED, waited_s=4))["attempts"] == [ROW]


@pytest.mark.parametrize(("status", "why"), [(Status.EXPIRED, "no time was left"), (Status.CANCELLED, "was cancelled")])
def test_what_did_not_follow_is_not_told_as_if_it_had(status: Status, why: str) -> None:
    job = a_running_job().model_copy(update={"status": status})
    (row,) = shown(job, an_ended_attempt(Outcome.THROTTLED))["attempts"]

    assert row["next"].startswith("end: the model throttled the call, and ")
    assert why in row["next"]


def test_an_attempt_that_runs_has_no_end_yet() -> None:
    (row,) = shown(a_running_job(), an_attempt())["attempts"]

    assert [row[name] for name in ("outcome", "billed", "ended_at", "next", "cost_usd")] == [None, None, None, None, 0]


@pytest.mark.parametrize(
    ("outcome", "key", "words"),
    [
        (Outcome.OK, a_key(), "done"),
        (Outcome.THROTTLED, a_key(), f"fall back to {PRO}: the model throttled the call"),
        (Outcome.OVERLOADED, a_key(route=1, try_=1), "lower to 1K: the model was overloaded or failed, and no model"),
        (Outcome.REFUSED_INPUT, a_key(), "end: the model refused the prompt, and nothing is left to try"),
    ],
)
def test_why_the_next_step_was_taken_is_said_in_words(outcome: Outcome, key: Any, words: str) -> None:
    (row,) = shown(a_running_job(), an_ended_attempt(outcome, key))["attempts"]

    assert row["next"].startswith(words)


def test_the_same_model_in_its_next_place_is_no_fallback() -> None:
    job = a_running_job()
    assert job.plan
    first, *rest = job.plan.steps
    twice = job.plan.model_copy(update={"steps": (Step(size="2K", routes=first.routes[:1] * 2), *rest)})
    (row,) = shown(job.model_copy(update={"plan": twice}), an_ended_attempt(Outcome.THROTTLED))["attempts"]

    assert row["next"] == f"ask {first.routes[0].call.model} once more: the model throttled the call"


def test_a_repeat_tells_the_wait_that_it_really_took() -> None:
    second = an_attempt(a_key(try_=1), started_at=NOW + 30, waited_s=17)

    assert shown(a_running_job(), an_ended_attempt(Outcome.OVERLOADED), second)["attempts"][0]["next"].startswith(
        "repeat after 17 s"
    )


def test_costs_are_summed_and_what_is_not_sure_is_told_apart() -> None:
    lost = an_ended_attempt(Outcome.LOST_WORKER, result=a_result(Outcome.LOST_WORKER, cost_usd=0.24, estimated=True))
    cost = shown(ended(made(try_=1)), lost, made(try_=1))["cost"]

    assert cost == {"total_usd": 0.374, "possible_duplicate_usd": 0.24, "estimated": True}


def test_a_job_without_a_picture_says_why() -> None:
    error = JobError(code="overloaded", title="The model failed", detail="HTTP 503")
    body = shown(a_running_job().end(Status.FAILED, NOW, error), an_ended_attempt(Outcome.OVERLOADED))

    assert body["error"] == {"code": "overloaded", "title": "The model failed", "detail": "HTTP 503"}


@pytest.mark.parametrize("status", Status)
def test_a_job_is_shown_in_every_state(status: Status) -> None:
    job = a_running_job().model_copy(update={"status": status})
    body = shown(job, an_attempt(), made(try_=1), an_ended_attempt(Outcome.OK, a_key(try_=2), state=State.LOST))

    assert (body["status"], len(body["attempts"])) == (status, 3)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "1970-01-01T00:00:00.000Z"), (NOW + 0.5, "2027-01-15T08:00:00.500Z")]
)
def test_moments_are_written_in_utc_to_the_millisecond(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text


def test_a_failed_job_never_shows_a_picture_that_came_after_its_end() -> None:
    error = JobError(code="lost_worker", title="t", detail="d")

    assert shown(a_running_job().end(Status.FAILED, NOW, error), made())["delivered"] is None
