"""Callers open a batch, once however often they send it, cancel it, and try again what failed."""

import json
from typing import Any

import pytest

from cavendish.batch.batch import UPLOAD_WITHIN_S, Batch
from cavendish.batch.errors import BatchUnknown, NoResults, RetryRefused
from cavendish.batch.request import KEPT_MAX_BYTES, parse_post
from cavendish.errors import AddressRefused, KeyMalformed, KeyReused, Overtaken, RequestInvalid, RequestTooLarge
from cavendish.job import Status
from cavendish.pipeline.batch import batches as use_cases
from cavendish.pipeline.batch.batches import Posted
from cavendish.pipeline.batch.retry import Retried, retry
from cavendish.sheet.check import FILE_MAX_BYTES
from cavendish.ulid import is_ulid, ulid
from cavendish.webhook.receiver import check_text
from tests.batch_world import a_batch
from tests.builders import NOW, TENANT
from tests.intake_world import IntakeWorld

FIRST, SECOND = ulid(NOW, b"first     "), ulid(NOW, b"second    ")
ITEMS = [{"id": "a", "prompt": "p"}, {"prompt": "Schön ✓"}]


def posted(world: IntakeWorld, batch_id: str = FIRST, key: str | None = None, **body: Any) -> Posted:
    request, _ = parse_post(json.dumps(body or {"items": ITEMS}).encode(), None, check_text)
    return use_cases.post(
        request,
        tenant=TENANT,
        batch_id=batch_id,
        batches=world.batches,
        jobs=world.jobs,
        inbox=world.inbox,
        now=world.clock(),
        key=key,
    )


def faults(**body: Any) -> dict[str, str]:
    with pytest.raises(RequestInvalid) as refused:
        parse_post(json.dumps(body).encode(), None, check_text)
    return {one.pointer: one.detail for one in refused.value.faults}


def the(world: IntakeWorld, batch_id: str = FIRST) -> Batch:
    batch = world.batches.get(batch_id)
    assert batch is not None
    return batch


def test_the_items_of_a_post_become_jobs_as_those_of_a_dropped_file_do() -> None:
    world = IntakeWorld()
    opened = posted(world, items=[*ITEMS, {"prompt": "\ud800"}, {"id": "b"}], defaults={"size": "4K"}, mode="economy")

    done = world.read(world.arrive(f"batches/{FIRST}.jsonl"))

    assert (opened.upload, opened.replayed, opened.batch.status) == (None, False, "open")
    assert (done.status, done.mode, done.deliver, done.folder) == ("running", "economy", "archive", f"batches/{FIRST}")
    jobs = world.items(done)
    assert [(job.request.prompt, job.request.size, job.request.lane) for job in jobs] == [
        ("p", "4K", "bulk"),
        ("Schön ✓", "4K", "bulk"),
    ]
    assert [one.index for one in world.faults(done)] == [2, 3]


def test_a_form_is_handed_out_for_a_file_that_follows() -> None:
    world = IntakeWorld()

    opened = posted(world, upload="csv")

    assert opened.upload
    assert opened.upload["fields"] == {
        "key": f"batches/{FIRST}.csv",
        "most": str(FILE_MAX_BYTES),
        "expires": str(UPLOAD_WITHIN_S),
    }


def test_one_key_is_one_batch_which_is_answered_as_it_was_then() -> None:
    world = IntakeWorld()
    first = posted(world, key="k")
    world.read(world.arrive(f"batches/{FIRST}.jsonl"))
    world.clock.now += 60

    again = posted(world, SECOND, key="k")

    assert (again.batch, again.replayed) == (first.batch, True)
    assert world.batches.get(SECOND) is None


def test_items_that_were_not_stored_are_stored_when_the_post_is_repeated() -> None:
    world = IntakeWorld()
    posted(world, key="k")
    world.inbox.delete(f"batches/{FIRST}.jsonl")

    posted(world, SECOND, key="k")

    assert world.read(world.arrive(f"batches/{FIRST}.jsonl")).total == 2


def test_a_form_is_handed_out_anew_until_the_file_is_there() -> None:
    world = IntakeWorld()
    posted(world, key="k", upload="csv")
    again = posted(world, SECOND, key="k", upload="csv")
    world.drop(f"batches/{FIRST}.csv", "prompt\np\n")

    assert again.upload
    assert posted(world, SECOND, key="k", upload="csv").upload is None


def test_one_key_for_two_batches_is_refused() -> None:
    world = IntakeWorld()
    posted(world, key="k")

    with pytest.raises(KeyReused):
        posted(world, SECOND, key="k", items=[{"prompt": "another"}])


def test_an_id_that_is_taken_is_no_replay() -> None:
    world = IntakeWorld()
    posted(world)

    with pytest.raises(Overtaken):
        posted(world)


def test_everything_that_is_wrong_with_a_post_is_told_at_once() -> None:
    told = faults(
        upload="xlsx",
        defaults={"size": "8K", "colour": "red"},
        mode="slow",
        name="",
        webhook={"url": "http://example.com/", "more": 1},
        metadata={str(n): n for n in range(51)},
        colour="red",
    )

    assert set(told) == {
        *("/upload", "/defaults/size", "/defaults/colour", "/mode", "/name", "/webhook/url", "/webhook/more"),
        *("/metadata", "/colour"),
    }


def test_a_default_that_only_a_job_by_itself_may_have_is_refused() -> None:
    told = faults(items=ITEMS, defaults={"dedupe_window_s": 60})

    assert told == {"/defaults/dedupe_window_s": "it is for jobs that are submitted one by one; take it out"}


@pytest.mark.parametrize("body", [{}, {"items": ITEMS, "upload": "csv"}, {"items": []}, {"items": "p"}])
def test_items_come_from_one_place(body: dict[str, Any]) -> None:
    assert set(faults(**body)) == {"/items"}


@pytest.mark.parametrize("name", ["defaults", "metadata"])
def test_what_is_kept_with_a_batch_is_short(name: str) -> None:
    long = {"metadata": {"a": "x" * KEPT_MAX_BYTES}} if name == "defaults" else {"a": "x" * KEPT_MAX_BYTES}

    assert "are kept with a batch" in faults(**{"items": ITEMS, name: long})[f"/{name}"]


def test_text_that_is_none_is_refused_in_the_metadata() -> None:
    assert "surrogate" in faults(items=ITEMS, metadata={"a": "\udc00"})["/metadata"]


def test_a_webhook_inside_of_our_network_is_refused() -> None:
    with pytest.raises((RequestInvalid, AddressRefused), match="/webhook/url"):
        parse_post(json.dumps({"items": ITEMS, "webhook": {"url": "https://10.0.0.1/"}}).encode(), None, check_text)


def test_too_many_items_for_a_body_are_sent_to_the_upload() -> None:
    items = [{"prompt": "x" * 1000}] * 300

    with pytest.raises(RequestTooLarge, match="upload"):
        parse_post(json.dumps({"items": items}).encode(), None, check_text)


def test_a_key_that_is_none_is_told_with_the_bodys_faults() -> None:
    with pytest.raises(RequestInvalid) as both:
        parse_post(b'{"items": []}', "\u00e4", check_text)
    with pytest.raises(KeyMalformed):
        parse_post(json.dumps({"items": ITEMS}).encode(), "", check_text)

    assert [one.part for one in both.value.faults] == ["header", "body"]


def test_a_batch_is_found_by_its_owner_alone() -> None:
    world = IntakeWorld()
    posted(world)

    assert use_cases.find(FIRST, tenant=TENANT, batches=world.batches).id == FIRST
    for batch_id, tenant in ((FIRST, "other"), (SECOND, TENANT), ("x", TENANT)):
        with pytest.raises(BatchUnknown):
            use_cases.find(batch_id, tenant=tenant, batches=world.batches)


def cancelled(world: IntakeWorld) -> Batch:
    return use_cases.cancel(the(world), batches=world.batches, queue=world.batch_queue, now=world.clock())


def test_a_batch_that_nobody_wants_is_sealed_by_its_reader_or_closed() -> None:
    reading, running = IntakeWorld(), IntakeWorld()
    posted(reading)
    posted(running)
    running.read(running.arrive(f"batches/{FIRST}.jsonl"))
    running.batch_queue.to_close.clear()

    assert (cancelled(reading).status, cancelled(running).status) == ("cancelling", "cancelling")
    assert (reading.batch_queue.to_read, running.batch_queue.to_close) == ([(FIRST, 0)], [(FIRST, 0)])


def test_a_batch_is_cancelled_although_nobody_can_be_told() -> None:
    world = IntakeWorld()
    posted(world)
    world.batch_queue.down = True

    assert cancelled(world).cancel


def test_a_manifest_is_there_when_the_batch_has_ended() -> None:
    world = IntakeWorld()
    posted(world)

    with pytest.raises(NoResults, match="is open"):
        use_cases.manifest(the(world), outbox=world.outbox, now=NOW)
    ended = the(world).model_copy(update={"status": "completed", "sealed": True})
    told = use_cases.manifest(ended, outbox=world.outbox, now=NOW)
    assert (told["id"], told["folder"], told["parts"]) == (FIRST, f"batches/{FIRST}", [])


def an_ended_batch(world: IntakeWorld, *ends: Status) -> Batch:
    """A batch whose items have ended so."""
    posted(world, items=[{"id": f"i{n}", "prompt": f"p {n}", "size": "4K"} for n in range(len(ends))])
    batch = world.read(world.arrive(f"batches/{FIRST}.jsonl"))
    for job, end in zip(world.items(batch), ends, strict=True):
        world.jobs.save(job, job.end(end, world.clock()))
    closing = batch.closing(world.clock())
    world.batches.save(batch, closing)
    ended = closing.complete(world.clock())
    world.batches.save(closing, ended)
    return ended


def retried(world: IntakeWorld, old: Batch) -> Retried:
    return retry(old, batches=world.batches, queue=world.batch_queue, now=world.clock())


def test_what_failed_is_asked_for_again_and_nothing_else() -> None:
    world = IntakeWorld()
    old = an_ended_batch(world, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED)

    new = retried(world, old).batch
    done = world.read(new)

    assert is_ulid(new.id)
    assert (new.retry_of, new.total, done.read, world.batch_queue.to_read[-1]) == (old.id, 2, 2, (new.id, 0))
    assert [(job.request.prompt, job.request.size, job.item.name) for job in world.items(done) if job.item] == [
        ("p 1", "4K", "i1"),
        ("p 3", "4K", "i3"),
    ]


def test_a_batch_is_retried_once_however_often_that_is_asked_for() -> None:
    world = IntakeWorld()
    old = an_ended_batch(world, Status.FAILED)
    first = retried(world, old)
    world.read(first.batch)
    world.clock.now += 60

    again = retried(world, old)

    assert (first.replayed, again.replayed, again.batch.id) == (False, True, first.batch.id)
    assert len(world.jobs.jobs()) == 2


def test_a_retry_is_made_although_nobody_can_be_told() -> None:
    world = IntakeWorld()
    old = an_ended_batch(world, Status.FAILED)
    world.batch_queue.down = True

    assert world.batches.get(retried(world, old).batch.id)


def test_nothing_is_tried_again_that_did_not_fail_or_has_not_ended() -> None:
    running, well = IntakeWorld(), IntakeWorld()
    posted(running)

    with pytest.raises(RetryRefused, match="is open"):
        retried(running, the(running))
    with pytest.raises(RetryRefused, match="nothing to try again"):
        retried(well, an_ended_batch(well, Status.SUCCEEDED))


def test_a_batch_that_repeats_awaits_no_file() -> None:
    assert a_batch().awaits_file
    assert not a_batch(retry_of=FIRST).awaits_file
