"""The port Batches, and the halves of the port Jobs that batches need: one suite for the fakes and for the table."""

from typing import Any, NamedTuple

import pytest

from adapters.batches_table import BatchesTable
from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from adapters.rows import read_event
from cavendish.batch.counts import Counts
from cavendish.batch.errors import NamesHeld
from cavendish.batch.item import Item, ItemFault, names
from cavendish.batch.ports import Batches, NewItem
from cavendish.contract.listing import JobQuery
from cavendish.errors import Claimed, Overtaken
from cavendish.job import Job, Status
from cavendish.ports import Jobs
from cavendish.sheet.cursor import Cursor
from tests.batch_fakes import FakeBatches
from tests.batch_world import a_batch
from tests.builders import NOW, TENANT, a_job
from tests.fakes import FakeJobs

OTHER_ID = "01KX0000000000000000000777"


class Case(NamedTuple):
    batches: Batches
    jobs: Jobs


@pytest.fixture(params=["fake", "table"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        jobs = FakeJobs()
        return Case(FakeBatches(jobs), jobs)
    client, table = request.getfixturevalue("dynamodb"), request.getfixturevalue("table")
    return Case(BatchesTable(client, table), JobsTable(client, table))


def an_item(index: int, name: str | None = None, n: int = 1) -> NewItem:
    batch = a_batch()
    item = Item(batch_id=batch.id, index=index, line=index + 2, name=name or f"door {index}")
    job = a_job(id=item.job_id, item=item)
    return NewItem(job, names(item, n, NOW))


def ended(case: Case, job: Job, status: Status, spent: int = 0) -> Job:
    after = job.end(status, NOW + 5)
    case.jobs.save(job, after, after.event(f"job.{status}"), spent=spent)
    return after


def test_a_batch_is_read_as_it_was_written_and_added_once(case: Case) -> None:
    batch = a_batch(defaults={"size": "4K", "tags": ["x"]}, header=("id", "prompt"), metadata={"sku": 1.5})

    assert (case.batches.get(batch.id), case.batches.add(batch), case.batches.get(batch.id)) == (None, True, batch)
    assert case.batches.add(a_batch(name="another")) is False
    assert case.batches.get(batch.id) == batch


def test_a_claim_that_is_held_keeps_a_batch_from_being_added(case: Case) -> None:
    (claim,) = an_item(0).claims
    case.jobs.claim(claim, NOW)

    assert case.batches.add(a_batch(), [claim]) is False
    assert case.batches.get(a_batch().id) is None


def test_whoever_has_not_seen_the_last_change_changes_nothing(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    sealed = batch.seal(NOW + 1)
    case.batches.save(batch, sealed)

    with pytest.raises(Overtaken):
        case.batches.save(batch, batch.cancelling(NOW + 2))
    with pytest.raises(Overtaken):
        case.batches.queue(batch, batch.advanced(Cursor(index=1), 0, NOW), [an_item(0)])
    assert case.batches.get(batch.id) == sealed
    assert case.jobs.several([an_item(0).job.id]) == {}


def test_items_are_written_with_the_place_after_them(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    after = batch.advanced(Cursor(offset=99, line=5, index=3), 1, NOW + 1)
    first, second = an_item(0), an_item(1, n=3)
    case.batches.queue(batch, after, [first, second])

    assert case.batches.get(batch.id) == after
    assert case.jobs.several([first.job.id, OTHER_ID, second.job.id]) == {
        first.job.id: first.job,
        second.job.id: second.job,
    }
    for claim in (*first.claims, *second.claims):
        with pytest.raises(Claimed) as claimed:
            case.jobs.check([claim], NOW)
        assert claimed.value.job_id in (first.job.id, second.job.id)


def test_of_a_group_with_a_name_that_is_held_nothing_is_written(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    after = batch.advanced(Cursor(index=1), 0, NOW)
    case.batches.queue(batch, after, [an_item(0, "door")])

    with pytest.raises(NamesHeld):
        case.batches.queue(after, after.advanced(Cursor(index=3), 0, NOW), [an_item(1), an_item(2, "door")])
    assert (case.batches.get(batch.id), case.jobs.get(an_item(1).job.id)) == (after, None)


def test_as_many_items_as_a_transaction_takes_are_written_at_once(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    new = [an_item(index) for index in range(33)]
    case.batches.queue(batch, batch.advanced(Cursor(index=33), 0, NOW), new)

    assert len(case.jobs.several([one.job.id for one in new])) == 33


def test_the_end_of_an_item_is_counted_once_with_what_it_cost(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    new = [an_item(index) for index in range(5)]
    case.batches.queue(batch, batch.advanced(Cursor(index=5), 0, NOW), new)
    for one, status in zip(new, ["succeeded", "succeeded", "failed", "cancelled"], strict=False):
        ended(case, one.job, Status(status), spent=67_000)

    first = case.jobs.get(new[0].job.id)
    assert first is not None
    case.jobs.save(first, first.looked_after(NOW + 9))
    assert case.batches.counts(batch.id) == Counts(
        by_status={"succeeded": 2, "failed": 1, "cancelled": 1}, spent=4 * 67_000
    )
    assert case.batches.counts(OTHER_ID) == Counts()


def test_what_could_not_be_read_is_kept_by_index_and_again_changes_nothing(case: Case) -> None:
    batch = a_batch()
    faults = [ItemFault(index=index, line=index + 2, name=None, detail=f"wrong {index}") for index in range(0, 60, 2)]
    case.batches.note(batch, faults)
    case.batches.note(batch, faults[:2])

    assert case.batches.faults(batch.id, 0, 100) == faults
    assert [one.index for one in case.batches.faults(batch.id, 2, 9)] == [2, 4, 6, 8]
    assert case.batches.faults(batch.id, 4, 4) == case.batches.faults(OTHER_ID, 0, 100) == []


def test_a_batch_is_due_until_it_has_ended(case: Case) -> None:
    batch = a_batch()
    case.batches.add(batch)
    assert batch.due_at is not None
    assert (list(case.batches.due(batch.due_at - 1)), list(case.batches.due(batch.due_at))) == ([], [batch.id])

    sealed = batch.seal(NOW)
    case.batches.save(batch, sealed)
    case.batches.save(sealed, sealed.complete(NOW + 1), sealed.complete(NOW + 1).event())
    assert list(case.batches.due(NOW + 1e9)) == []


def test_a_tenant_sees_its_own_batches_newest_first(case: Case) -> None:
    ids = [f"01KX00000000000000000000{n:02}" for n in range(5)]
    for batch_id in ids:
        case.batches.add(a_batch(id=batch_id))
    case.batches.add(a_batch(id=OTHER_ID, tenant="other"))

    newest = [batch.id for batch in case.batches.page(TENANT, None, 2)]
    assert newest == [ids[4], ids[3]]
    assert [batch.id for batch in case.batches.page(TENANT, ids[3], 10)] == [ids[2], ids[1], ids[0]]
    assert [batch.id for batch in case.batches.page("other", None, 10)] == [OTHER_ID]


def test_a_folder_is_that_of_the_file_that_was_stored_last(case: Case) -> None:
    first, second = a_batch(), a_batch(id=OTHER_ID)
    assert case.batches.leader(TENANT, first.folder) is None
    case.batches.lead(second, NOW + 1)
    case.batches.lead(first, NOW)
    assert case.batches.leader(TENANT, first.folder) == second.id

    case.batches.lead(first, NOW + 2)
    assert (case.batches.leader(TENANT, first.folder), case.batches.leader("other", first.folder)) == (first.id, None)


def test_the_end_of_a_batch_is_published_and_no_batch_is_listed_as_a_job(dynamodb: Any, table: str) -> None:
    batches = BatchesTable(dynamodb, table)
    batch = a_batch()
    batches.add(batch)
    ended = batch.seal(NOW).complete(NOW + 1)
    batches.save(batch, ended, ended.event())

    (row,) = [one for one in dynamodb.scan(TableName=table)["Items"] if one["sk"]["S"].startswith("EVENT#")]
    assert read_event(row) == ended.event()
    assert JobsList(dynamodb, table).page(TENANT, JobQuery(), NOW).jobs == []
