"""Jobs from the door to the picture, whatever the model answers: one table of answers, outcomes and ends.

All jobs of the table are submitted at once, so that those that take long do so together.
"""

from datetime import datetime
from typing import Any, NamedTuple

import httpx
import pytest

from cavendish_client import JobView
from tests.e2e import bill, table
from tests.e2e.cloud import Cloud
from tests.e2e.pictures import SQUARE, claimed, fetched, pixels

NEW, PRO, FLASH, OLD = (
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
    "gemini-3.1-flash-image",
    "gemini-2.5-flash-image",
)


class Case(NamedTuple):
    """The model's first answers (later ones are pictures), the attempts' outcomes and how the job ends."""

    answers: list[str]
    outcomes: str
    status: str = "succeeded"
    fields: dict[str, Any] = {}  # noqa: RUF012  # nobody changes it
    #: Of the picture, if there is one.
    size: str = "2K"
    models: tuple[str, ...] = (NEW,)


def overloaded(times: int) -> list[str]:
    return ["503"] * times


CASES = {
    "calm": Case([], "ok"),
    # what is as good as a plain answer
    "drafts that are marked": Case(["drafts"], "ok"),
    "drafts that are not marked": Case(["plain-drafts"], "ok"),
    "a picture marked as a thought": Case(["thought-only"], "ok"),
    "another type than declared": Case(["wrong-mime"], "ok"),
    "base64 in lines": Case(["newlines"], "ok"),
    "base64 as a data URL": Case(["data-prefix"], "ok"),
    "base64 for URLs": Case(["url-safe"], "ok"),
    "base64 with escapes": Case(["escaped"], "ok"),
    "an answer in drops": Case(["drip over=100s"], "ok"),
    "a connection that never ends": Case(["stall"], "ok"),
    "one colour": Case(["one-colour"], "ok"),
    "a version by its alias": Case(["version=gemini-3-pro-image-preview"], "ok", fields={"model": PRO}, models=(PRO,)),
    "a version nobody knows": Case(["version=gemini-9"], "ok"),
    # what is repeated with the same model
    "overloaded": Case(["503"], "overloaded ok", models=(NEW, NEW)),
    "an error in a list": Case(["list-error"], "overloaded ok", models=(NEW, NEW)),
    "an internal error": Case(["500"], "overloaded ok", models=(NEW, NEW)),
    "a proxy's page": Case(["502"], "overloaded ok", models=(NEW, NEW)),
    "a deadline of the model's own": Case(["504"], "overloaded ok", models=(NEW, NEW)),
    "garbled": Case(["garbled"], "garbled ok", models=(NEW, NEW)),
    "truncated": Case(["truncated"], "truncated ok", models=(NEW, NEW)),
    "no image but bytes": Case(["not-image"], "not_an_image ok", models=(NEW, NEW)),
    # what the other model is asked for
    "throttled": Case(["429"], "throttled ok", models=(NEW, PRO)),
    "throttled with a delay": Case(["429 retryDelay=41s"], "throttled ok", models=(NEW, PRO)),
    "no quota today": Case(["429 per-day"], "quota_day ok", models=(NEW, PRO)),
    "a model that is gone": Case(["404"], "model_gone ok", models=(NEW, PRO)),
    "no image": Case(["no-image"], "no_image ok", models=(NEW, PRO)),
    "words alone": Case(["text-only"], "no_image ok", models=(NEW, PRO)),
    "another model": Case([f"version={PRO}"], "wrong_model ok", models=(NEW, PRO)),
    "a broken connection": Case(["drop"], "connection_lost ok", models=(NEW, PRO)),
    "a broken body": Case(["drop-body"], "connection_lost ok", models=(NEW, PRO)),
    "a smaller picture": Case(["size=1K"], "wrong_size ok", models=(NEW, PRO)),
    "a larger picture": Case(["size=4K"], "wrong_size ok", models=(NEW, PRO)),
    "refused, and another may do it": Case(
        ["refused"], "refused_output ok", fields={"on_refusal": "fallback"}, models=(NEW, PRO)
    ),
    # what ends the job
    "blocked": Case(["blocked"], "refused_input", "failed"),
    "refused": Case(["refused"], "refused_output", "failed"),
    "a bad request": Case(["400"], "bad_request", "failed"),
    "a bad key": Case(["bad-key"], "bad_key", "failed"),
    "a key without rights": Case(["403"], "bad_key", "failed"),
    "no quota at all": Case(["429 limit-0"], "quota_zero", "failed"),
    "unknown twice": Case(["drop", "drop"], "connection_lost connection_lost", "failed"),
    "unknown, and no repeat wanted": Case(["drop"], "connection_lost", "failed", {"unknown_retries": 0}),
    # one model
    "throttled, and one model only": Case(
        ["429 retryDelay=41s"], "throttled ok", fields={"allow_fallback": False}, models=(NEW, NEW)
    ),
    "one model that fails": Case(
        overloaded(4), "overloaded " * 3 + "overloaded", "failed", {"allow_fallback": False, "allow_downgrade": False}
    ),
    # the way down
    "lowered to 2K": Case(
        overloaded(4), "overloaded " * 4 + "ok", fields={"size": "4K"}, models=(NEW, NEW, PRO, PRO, NEW)
    ),
    "4K, but 1K comes": Case(
        ["size=1K"] * 4,
        "wrong_size " * 4 + "ok",
        fields={"size": "4K"},
        size="1K",
        models=(NEW, PRO, NEW, PRO, NEW),
    ),
    "4K or nothing": Case(
        overloaded(4), "overloaded " * 3 + "overloaded", "failed", {"size": "4K", "allow_downgrade": False}
    ),
    "4K or nothing, and 1K comes": Case(
        ["size=1K"] * 2, "wrong_size wrong_size", "failed", {"size": "4K", "allow_downgrade": False}
    ),
    # what is taken all the same
    "4K, and 1K is accepted": Case(
        ["size=1K"], "wrong_size", fields={"size": "4K", "accept": ["wrong_size"]}, size="1K"
    ),
    "another fault than is accepted": Case(
        ["size=1K"], "wrong_size ok", fields={"accept": ["wrong_model"]}, models=(NEW, PRO)
    ),
    # time
    "a model that hangs": Case(["hang"], "timed_out", "expired", {"deadline_s": 25, "allow_fallback": False}),
    # the other lane
    "bulk": Case([], "ok", fields={"lane": "bulk"}),
    "bulk, and throttled": Case(["429"], "throttled ok", fields={"lane": "bulk"}, models=(NEW, PRO)),
}
MADE = [name for name, case in CASES.items() if case.status == "succeeded"]
NOT_MADE = [name for name in CASES if name not in MADE]


class Asked(NamedTuple):
    prompt: str
    job_id: str


@pytest.fixture(scope="module")
def asked(cloud: Cloud) -> dict[str, Asked]:
    return {name: ask(cloud, case) for name, case in CASES.items()}


def ask(cloud: Cloud, case: Case) -> Asked:
    prompt = cloud.prompt(*case.answers)
    return Asked(prompt, cloud.client.submit(prompt, **case.fields)["id"])


def each(job: JobView, name: str) -> list[Any]:
    return [attempt[name] for attempt in job["attempts"]]


@pytest.mark.parametrize("name", CASES)
def test_the_job_ends_as_it_must(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    job, case = cloud.ended(asked[name].job_id), CASES[name]
    assert (" ".join(each(job, "outcome")), job["status"]) == (case.outcomes, case.status)


@pytest.mark.parametrize("name", CASES)
def test_no_call_is_made_but_by_an_attempt(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    job = cloud.ended(asked[name].job_id)
    calls = [call["model"] for call in cloud.models.calls(asked[name].prompt)]
    assert calls == each(job, "model")


@pytest.mark.parametrize("name", MADE)
def test_the_picture_is_what_the_job_says_it_is(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    image, case = cloud.ended(asked[name].job_id)["images"][0], CASES[name]
    measured = fetched(image)
    assert measured == claimed(image)
    assert (measured.width, measured.height) == SQUARE[case.size]


@pytest.mark.parametrize("name", MADE)
def test_a_job_tells_how_it_differs_from_what_was_asked(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    job, case = cloud.ended(asked[name].job_id), CASES[name]
    assert each(job, "model") == list(case.models)
    assert job["downgraded"] == (case.size != job["requested"]["size"])
    assert job["fell_back"] == (case.models[-1] != case.models[0])
    assert (job["delivered"]["size"], job["delivered"]["model"]) == (case.size, case.models[-1])


@pytest.mark.parametrize("name", NOT_MADE)
def test_a_job_without_a_picture_says_why(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    job = cloud.ended(asked[name].job_id)
    expected = "expired" if job["status"] == "expired" else each(job, "outcome")[-1]
    assert (job["images"], job["delivered"], job["error"]["code"]) == ([], None, expected)
    assert job["error"]["title"]


@pytest.mark.parametrize("name", CASES)
def test_what_was_perhaps_paid_for_nothing_is_told(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    cost = cloud.ended(asked[name].job_id)["cost"]
    unknown = any(word in CASES[name].outcomes for word in ("timed_out", "connection_lost", "garbled"))
    assert (cost["possible_duplicate_usd"] > 0, cost["estimated"]) == (unknown, unknown)


@pytest.mark.parametrize("name", CASES)
def test_the_cost_is_what_the_models_bill(cloud: Cloud, asked: dict[str, Asked], name: str) -> None:
    assert bill.matches(cloud, cloud.ended(asked[name].job_id))


def test_the_delay_that_a_model_asks_for_is_waited(cloud: Cloud, asked: dict[str, Asked]) -> None:
    assert each(cloud.ended(asked["throttled, and one model only"].job_id), "waited_s") == [0, 41]


def test_the_delay_of_a_model_is_not_waited_where_another_is_asked(cloud: Cloud, asked: dict[str, Asked]) -> None:
    assert each(cloud.ended(asked["throttled with a delay"].job_id), "waited_s") == [0, 0]


def test_a_model_that_hangs_is_given_up_at_the_deadline(cloud: Cloud, asked: dict[str, Asked]) -> None:
    job = cloud.ended(asked["a model that hangs"].job_id)
    (call,) = cloud.models.calls(asked["a model that hangs"].prompt)
    deadline_at = datetime.fromisoformat(job["deadline_at"]).timestamp()
    assert abs(call["at"] + call["duration_s"] - deadline_at) < 3
    assert job["attempts"][0]["billed"] == "unknown"


def test_what_happens_to_a_job_is_written_as_events_in_its_order(cloud: Cloud, asked: dict[str, Asked]) -> None:
    job = cloud.ended(asked["4K, but 1K comes"].job_id)
    events = table.events(cloud, job["id"])
    told = ["job.queued", "job.started", "job.fell_back", "job.downgraded", "job.succeeded"]
    assert [event["type"] for event in events] == told
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5]


def test_a_larger_picture_that_is_accepted_is_no_downgrade(cloud: Cloud) -> None:
    job = cloud.made("size=4K", size="1K", accept=["wrong_size"])
    assert (job["status"], job["downgraded"], pixels(job["images"][0])) == ("succeeded", False, SQUARE["4K"])


def test_a_picture_of_another_model_is_taken_where_that_is_accepted(cloud: Cloud) -> None:
    job = cloud.made(f"version={PRO}", size="1K", accept=["wrong_model"])
    assert (job["status"], each(job, "outcome"), each(job, "model")) == ("succeeded", ["wrong_model"], [NEW])
    assert (job["fell_back"], job["downgraded"], job["delivered"]["model"]) == (True, False, PRO)


SIZES = [
    ({"size": "512", "model": FLASH}, (512, 512)),
    ({"size": "1K"}, (1024, 1024)),
    ({"size": "2K"}, (2048, 2048)),
    ({}, (2048, 2048)),
    ({"size": "4K"}, (4096, 4096)),
    ({"size": "4K", "model": PRO, "aspect_ratio": "16:9"}, (5504, 3072)),
    ({"size": "1K", "aspect_ratio": "9:16"}, (768, 1376)),
    ({"size": "2K", "aspect_ratio": "21:9"}, (3168, 1344)),
    ({"size": "1K", "aspect_ratio": "4:5", "model": "nano-banana"}, (896, 1152)),
    ({"size": "1K", "model": OLD}, (1024, 1024)),
    ({"size": "1K", "model": FLASH, "aspect_ratio": "8:1"}, (3072, 384)),
    ({"size": "2048x2048"}, (2048, 2048)),
    ({"size": "1376x768"}, (1376, 768)),
    ({"size": "2048*2048"}, (2048, 2048)),
    ({"size": "4k"}, (4096, 4096)),
    ({"size": "16:9"}, (2752, 1536)),
    ({"size": "16:9", "use_case": "preview"}, (1376, 768)),
    ({"use_case": "print_design"}, (4096, 4096)),
    ({"use_case": "print_design", "size": "1K", "quality": "fast"}, (1024, 1024)),
    ({"size": "1K", "thinking": "low"}, (1024, 1024)),
    ({"size": "512", "model": "GEMPIX2", "quality": "premium"}, (512, 512)),
]


@pytest.fixture(scope="module")
def of_each_size(cloud: Cloud) -> list[str]:
    return [cloud.submit(**fields)["id"] for fields, _ in SIZES]


@pytest.mark.parametrize("nth", range(len(SIZES)), ids=[str(fields) for fields, _ in SIZES])
def test_each_size_is_delivered_to_the_pixel(cloud: Cloud, of_each_size: list[str], nth: int) -> None:
    job = cloud.ended(of_each_size[nth])
    assert (job["status"], job["downgraded"], job["fell_back"]) == ("succeeded", False, False)
    assert pixels(job["images"][0]) == SIZES[nth][1]


def test_three_pictures_are_three_walks(cloud: Cloud) -> None:
    job = cloud.made("503", n=3, size="1K")
    assert (job["status"], [image["index"] for image in job["images"]]) == ("succeeded", [0, 1, 2])
    assert sorted(each(job, "outcome")) == ["ok", "ok", "ok", "overloaded"]
    assert len({image["sha256"] for image in job["images"]}) == 3


def test_two_pictures_of_three_are_a_part(cloud: Cloud) -> None:
    job = cloud.made("blocked", n=3, size="1K")
    assert (job["status"], len(job["images"]), job["error"]["code"]) == ("partial", 2, "refused_input")
    assert job["delivered"]["sha256"] == job["images"][0]["sha256"]


def test_no_picture_of_three_is_a_failure(cloud: Cloud) -> None:
    job = cloud.made("blocked", "blocked", "blocked", n=3, size="1K")
    assert (job["status"], job["images"], len(job["attempts"])) == ("failed", [], 3)


def test_nine_pictures_that_all_take_another_way_are_made(cloud: Cloud) -> None:
    job = cloud.made(*["429"] * 9, n=9, size="1K")
    assert (job["status"], len(job["images"]), len(job["attempts"])) == ("succeeded", 9, 18)


def test_a_link_opens_its_own_picture_and_no_other(cloud: Cloud) -> None:
    url = cloud.made(n=2, size="1K")["images"][0]["url"]
    other = url.replace("/0-", "/1-", 1)
    assert (httpx.get(url).status_code, httpx.get(other).status_code) == (200, 403)
