"""Submits that are the same job: under one Idempotency-Key, or within a window of the same body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.claim import KEY_HOLDS_S, by_body, by_key, fingerprint, read_key
from cavendish.errors import JobGone, KeyMalformed, KeyReused
from cavendish.job import Status
from tests.builders import NOW, a_request
from tests.world import World

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
NO_QUOTE = st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"')
VISIBLE = st.text(NO_QUOTE, min_size=1, max_size=255)


@given(VISIBLE)
def test_a_key_may_be_bare_or_quoted(key: str) -> None:
    assert read_key(key) == read_key(f'"{key}"') == read_key(f'  "{key}" ') == key


@pytest.mark.parametrize(
    "header", ["", " ", "a b", '"a"b"', 'a"b', '""', '"', '"a', "é", "a\x00b", "k" * 256, '"' + "k" * 256 + '"', "a\nb"]
)
def test_what_is_no_key_is_refused_with_a_sentence(header: str) -> None:
    with pytest.raises(KeyMalformed, match="1 to 255 characters"):
        read_key(header)


def test_the_same_request_under_the_same_key_is_one_job_and_its_first_answer() -> None:
    world = World()
    first = world.submitted(KEY)
    world.dispatch(first.job.id)
    again = world.submitted(KEY)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.job == first.job
    assert world.queue.sent == [first.job.id]


def test_another_request_under_the_same_key_is_refused_and_makes_nothing() -> None:
    world = World()
    first = world.submitted(KEY)

    with pytest.raises(KeyReused, match="new key"):
        world.submitted(KEY, prompt="another heron")
    assert world.queue.sent == [first.job.id]
    assert len(world.jobs.events) == 1


def test_the_same_key_of_another_tenant_is_another_key() -> None:
    world = World()

    assert world.submitted(KEY).job.id != world.submitted(KEY, tenant="another").job.id


def test_a_key_holds_for_a_day() -> None:
    world = World()
    first = world.submitted(KEY)
    world.clock.advance(KEY_HOLDS_S - 1)
    assert world.submitted(KEY).job.id == first.job.id

    world.clock.advance(2)
    assert world.submitted(KEY).job.id != first.job.id


def test_the_same_body_within_its_window_is_shown_as_it_stands_and_a_key_as_it_was() -> None:
    world = World()
    first = world.submitted(KEY, dedupe_window_s=60)
    world.dispatch(first.job.id)

    known, replayed = world.submitted(dedupe_window_s=60), world.submitted(KEY, dedupe_window_s=60)

    assert (known.job, known.replayed) == (world.job(first.job.id), True)
    assert known.job.status is Status.RUNNING
    assert replayed.job == first.job


@pytest.mark.parametrize("key", [None, KEY])
def test_a_job_whose_retention_is_over_is_gone_for_who_submits_it_again(key: str | None) -> None:
    world = World()
    first = world.submitted(key, dedupe_window_s=3600, retention_s=60)
    world.cancel(first.job.id)
    world.clock.advance(61)

    with pytest.raises(JobGone):
        world.submitted(key, dedupe_window_s=3600, retention_s=60)


def test_the_same_body_within_its_window_is_one_job() -> None:
    world = World()
    first = world.submitted(dedupe_window_s=60)
    assert world.submitted(dedupe_window_s=60).job.id == first.job.id

    world.clock.advance(61)
    assert world.submitted(dedupe_window_s=60).job.id != first.job.id


def test_without_a_window_the_same_body_is_two_jobs() -> None:
    world = World()

    assert world.submit().id != world.submit().id


def test_a_new_key_with_a_body_that_is_known_is_the_known_job() -> None:
    world = World()
    first = world.submitted("key-1", dedupe_window_s=60)

    assert world.submitted("key-2", dedupe_window_s=60).job.id == first.job.id


def test_the_fingerprint_is_of_the_request_and_not_of_its_spelling() -> None:
    assert fingerprint(a_request(size="2K")) == fingerprint(a_request())
    assert fingerprint(a_request(tags=["a"])) != fingerprint(a_request(tags=["b"]))
    assert fingerprint(a_request(dedupe_window_s=5)) == fingerprint(a_request())


def test_neither_the_key_nor_the_prompt_can_be_read_from_a_claim() -> None:
    request = a_request(prompt="a secret heron")
    claims = [make(KEY, request, tenant="t", job_id="j", now=NOW) for make in (by_key,)]
    claims.append(by_body(request, tenant="t", job_id="j", now=NOW))

    assert not [claim for claim in claims if KEY in claim.model_dump_json() or "heron" in claim.model_dump_json()]


def test_a_key_whose_body_was_known_stands_for_the_known_job_from_then_on() -> None:
    world = World()
    first = world.submitted(dedupe_window_s=60)
    assert world.submitted(KEY, dedupe_window_s=60).job.id == first.job.id

    with pytest.raises(KeyReused):
        world.submitted(KEY, prompt="another heron")
    world.clock.advance(61)
    assert world.submitted(KEY, dedupe_window_s=60).job.id == first.job.id


def test_what_was_deleted_is_not_answered_as_if_it_were_queued() -> None:
    world = World()
    first = world.submitted(KEY)
    del world.jobs._jobs[first.job.id]

    with pytest.raises(JobGone):
        world.submitted(KEY)
    assert world.queue.sent == [first.job.id]
