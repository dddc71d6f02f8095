"""The body of a webhook: valid JSON below 20 kB, whatever the job holds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.sheet.cursor import Cursor
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.message import LIMIT_BYTES, body
from tests.batch_world import a_batch
from tests.builders import JOB_ID, NOW, a_job
from tests.webhook_world import URL, WebhookWorld, said

EVENT = a_job().event("job.succeeded").model_copy(update={"sequence": 3})
DELIVERY = Delivery.of(EVENT, "ep_1", NOW)

TEXT = st.text(max_size=300)
SMALL = st.dictionaries(st.text(max_size=20), TEXT, max_size=5)
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=5))
LARGE = st.integers(0, 30_000).map("\u65e5".__mul__)
JOBS = st.fixed_dictionaries(
    {"id": st.just(JOB_ID), "status": st.sampled_from(["succeeded", "failed"])},
    optional={
        "requested": st.fixed_dictionaries(
            {"size": TEXT}, optional={"metadata": SMALL | LARGE, "tags": st.lists(LARGE, max_size=2), "route": LARGE}
        ),
        "attempts": st.lists(st.fixed_dictionaries({"n": st.integers(), "detail": TEXT | LARGE}), max_size=30),
        "images": st.lists(st.fixed_dictionaries({"url": LARGE, "index": st.integers()}), max_size=9),
        "skipped": st.lists(SMALL, max_size=50),
        "error": st.none() | SMALL,
        "more": VALUES,
    },
)


def shown(data: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(body(DELIVERY, data))["data"]
    return fields


@given(JOBS)
def test_a_body_is_always_json_below_20_kb_and_says_whose_it_is(data: dict[str, Any]) -> None:
    written = body(DELIVERY, data)
    fields = json.loads(written)

    assert len(written) < LIMIT_BYTES
    assert written.isascii()
    assert list(fields) == ["type", "timestamp", "data"]
    assert (fields["data"]["id"], fields["data"]["sequence"]) == (JOB_ID, 3)
    assert fields["data"].get("truncated", False) is (fields["data"] != {**data, "sequence": 3})


def test_to_the_byte_a_body_is_whole_below_20_kb_and_cut_from_there_on() -> None:
    empty = len(body(DELIVERY, {"id": JOB_ID, "note": ""}))
    sizes = range(LIMIT_BYTES - 3, LIMIT_BYTES + 3)
    written = [body(DELIVERY, {"id": JOB_ID, "note": "x" * (size - empty)}) for size in sizes]

    assert [len(one) for one in written[:3]] == [LIMIT_BYTES - 3, LIMIT_BYTES - 2, LIMIT_BYTES - 1]
    assert all(len(one) < LIMIT_BYTES and b'"truncated":true' in one for one in written[3:])


def test_a_body_says_when_it_happened_and_not_when_it_is_sent() -> None:
    fields = json.loads(body(DELIVERY, {"id": JOB_ID}))

    assert (fields["type"], fields["timestamp"]) == ("job.succeeded", "2027-01-15T08:00:00.000Z")


def test_what_fits_is_whole() -> None:
    data = {"id": JOB_ID, "requested": {"metadata": {"a": "b" * 10_000}}, "attempts": [{"n": 1}]}

    assert shown(data) == {**data, "sequence": 3}


def test_metadata_go_first_then_the_older_attempts_then_long_words() -> None:
    data: dict[str, Any] = {
        "id": JOB_ID,
        "status": "failed",
        "requested": {"metadata": {"a": "b" * 20_000}, "size": "4K"},
        "attempts": [{"n": n, "detail": "x" * 300} for n in range(1, 21)],
        "error": {"detail": "y" * 300},
    }
    first = shown(data)
    second = shown({**data, "attempts": data["attempts"] * 5})
    third = shown({**data, "error": {"detail": "y" * 25_000}, "images": [{"url": "z" * 1_000}]})

    assert first == {**data, "requested": {"size": "4K"}, "sequence": 3, "truncated": True}
    assert 0 < len(second["attempts"]) < 100
    assert second["attempts"][-1]["n"] == 20
    assert second["error"] == data["error"]
    assert third["error"] == {"detail": "y" * 200}
    assert third["images"] == [{"url": "z" * 1_000}]


def test_the_links_of_nine_pictures_fit_and_where_they_do_not_the_job_has_them() -> None:
    links = {"id": JOB_ID, "links": {"self": "https://api.test/v1/jobs/1"}}

    assert shown({**links, "images": [{"url": "u" * 1_900}] * 9})["images"][8]["url"] == "u" * 1_900
    cut = shown({**links, "images": [{"url": "u" * 3_000}] * 9})
    assert (cut["images"], cut["links"]) == ([{"url": None}] * 9, links["links"])


def test_of_a_batch_its_metadata_go_and_then_its_parts_and_no_link_is_cut() -> None:
    part, report = {"name": "results-001.zip", "url": "u" * 1_500}, {"url": "v" * 1_500}
    data = {"id": "b", "status": "completed", "metadata": {"a": "b" * 20_000}, "results": {"report_json": report}}

    first = shown({**data, "results": {"report_json": report, "parts": [part]}})
    second = shown({**data, "results": {"report_json": report, "parts": [part] * 20}, "error": "x" * 18_000})

    assert (first["results"]["parts"], "metadata" in first, first["truncated"]) == ([part], False, True)
    assert second["results"] == {"report_json": report, "parts": []}


def test_a_message_of_a_batch_shows_what_get_shows() -> None:
    world = WebhookWorld()
    world.endpoint()
    batch = a_batch(status="completed", sealed=True, cursor=Cursor(index=3), faulty=1, sequence=4)
    world.batches.add(batch)
    world.publish(batch.event())
    world.run(1)
    message = said(world.posted[0])

    assert (message["type"], message["data"]["id"], message["data"]["sequence"]) == ("batch.completed", batch.id, 4)
    assert message["data"]["items"]["unreadable"] == 1
    assert message["data"]["links"]["self"] == f"https://api.test/v1/batches/{batch.id}"
    assert message["data"]["results"]["report_json"]["url"].startswith("https://outbox.test/shop/doors/report.json")


def test_of_a_batch_that_is_gone_only_that_is_told() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.publish(a_batch(status="completed").event())
    world.run(1)

    assert said(world.posted[0])["data"] == {"id": a_batch().id, "status": "deleted", "sequence": 1}


def test_a_message_shows_what_get_shows_with_links_signed_at_sending() -> None:
    world = WebhookWorld()
    world.endpoint()
    event = world.end(world.job(metadata={"a": 1}))
    world.clock.advance(3_600)
    world.publish(event)
    world.run(1)
    data = said(world.posted[0])["data"]

    assert (data["id"], data["status"], data["sequence"]) == (event.job_id, "succeeded", 2)
    assert data["requested"]["metadata"] == {"a": 1}
    assert data["links"]["self"] == f"https://api.test/v1/jobs/{event.job_id}"
    assert data["images"][0]["url"].startswith("https://images.test/")
    assert data["images"][0]["expires_at"].startswith("2027-01-15T09:15:00")


@pytest.mark.parametrize("how", ["deleted", "outdated"])
def test_of_a_job_that_is_gone_only_that_is_told(how: str) -> None:
    world = WebhookWorld()
    world.endpoint()
    event = world.ended(retention_s=60)
    if how == "deleted":
        del world.jobs._jobs[event.job_id]
    else:
        world.clock.advance(61)
    world.run(1)

    assert said(world.posted[0])["data"] == {"id": event.job_id, "status": "deleted", "sequence": 2}


def test_no_prompt_is_ever_sent() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.ended(prompt="a very secret lighthouse", webhook={"url": URL})
    world.run(1)

    assert len(world.posted) == 2
    assert not [one for one in world.posted if b"lighthouse" in one.body]


def test_a_delivery_is_called_the_same_each_time_and_sorts_by_the_time_of_the_event() -> None:
    later = EVENT.model_copy(update={"at": NOW + 1, "sequence": 4})

    assert Delivery.of(EVENT, "ep_1", NOW + 99).id == DELIVERY.id
    assert DELIVERY.message_id == f"msg_{JOB_ID}_000003"
    assert len({DELIVERY.id, Delivery.of(EVENT, "ep_2", NOW).id, Delivery.of(later, "ep_1", NOW).id}) == 3
    assert Delivery.of(later, "ep_1", NOW).id > DELIVERY.id
