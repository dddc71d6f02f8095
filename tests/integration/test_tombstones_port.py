"""The port Tombstones, and what the port Jobs makes of what is buried: one suite for the fake and for the table."""

from typing import Any

import pytest
from botocore.stub import Stubber

from adapters.tombstones_table import RowsLeft, TombstonesTable
from cavendish.contract.listing import JobQuery
from cavendish.errors import CallRefused, JobConflict
from cavendish.job import Job, Status
from cavendish.tombstone import Tombstone
from cavendish.ulid import ulid
from tests.builders import NOW, TENANT, a_job, a_key, a_request, a_result, an_attempt
from tests.integration.jobs_case import Case

LATE = NOW + 10**7


def ended(case: Case, n: int = 0, **fields: Any) -> Job:
    """A job that ended, with its first event."""
    job = a_job(a_request(metadata={"a": "secret"}, retention_s=60), id=ulid(NOW, bytes([n] * 10)), **fields)
    return case.add(job.model_copy(update={"status": Status.FAILED}))


def buried(case: Case, n: int = 0) -> Tombstone:
    job = ended(case, n)
    tombstone = Tombstone.of(job, NOW)
    case.tombstones.bury(job, tombstone)
    return tombstone


def test_a_buried_job_exists_no_more_and_its_tombstone_is_as_it_was_written(case: Case) -> None:
    tombstone = buried(case)

    assert case.jobs.get(tombstone.id) is None
    assert case.tombstones.tombstone(tombstone.id) == tombstone
    assert case.list.page(TENANT, JobQuery(), NOW) == ([], None)


def test_a_job_has_no_tombstone_before_it_is_buried(case: Case) -> None:
    assert case.tombstones.tombstone(ended(case).id) is None
    assert case.tombstones.tombstone("nobody") is None


def test_a_job_is_buried_once(case: Case) -> None:
    job, tombstone = ended(case), None
    tombstone = Tombstone.of(job, NOW)
    case.tombstones.bury(job, tombstone)

    with pytest.raises(JobConflict):
        case.tombstones.bury(job, tombstone.due(None))
    assert case.tombstones.tombstone(job.id) == tombstone


def test_a_job_that_somebody_changed_is_not_buried(case: Case) -> None:
    job = case.add()
    told = job.tell("x", NOW)
    case.jobs.save(job, told)

    with pytest.raises(JobConflict):
        case.tombstones.bury(job, Tombstone.of(job, NOW))
    assert case.jobs.get(job.id) == told


def test_what_is_buried_is_not_changed_and_calls_nothing(case: Case) -> None:
    job = case.add()
    case.tombstones.bury(job, Tombstone.of(job, NOW))

    with pytest.raises(JobConflict):
        case.jobs.save(job, job.tell("x", NOW))
    with pytest.raises(CallRefused):
        case.jobs.begin(an_attempt(), NOW)
    assert case.jobs.get(job.id) is None


def test_all_other_rows_of_a_buried_job_are_deleted_however_many_and_no_others(case: Case) -> None:
    job = case.add()
    for try_ in range(60):
        case.jobs.begin(an_attempt(a_key(try_=try_)), NOW)
    other = ended(case, 1)
    tombstone = Tombstone.of(job, NOW)
    case.tombstones.bury(job, tombstone)
    case.tombstones.clear(job.id)

    assert (case.jobs.attempts(job.id), case.events(job.id)) == ([], [])
    assert case.tombstones.tombstone(job.id) == tombstone
    assert (case.jobs.get(other.id), len(case.events(other.id))) == (other, 1)
    case.tombstones.clear(job.id)


def test_an_attempt_whose_row_was_deleted_is_not_written_again_by_its_end(case: Case) -> None:
    job = case.add()
    case.jobs.begin(an_attempt(), NOW)
    case.tombstones.bury(job, Tombstone.of(job, NOW))
    case.tombstones.clear(job.id)

    assert case.jobs.end(an_attempt().key, a_result(), NOW) is None
    assert case.jobs.attempts(job.id) == []


def test_a_job_is_outdated_when_its_retention_is_over_and_never_due(case: Case) -> None:
    jobs = [ended(case, n) for n in range(20)]
    running = case.add(a_job(id=ulid(NOW, bytes([99] * 10))))

    assert list(case.jobs.outdated(NOW + 59, 100)) == []
    assert set(case.jobs.outdated(NOW + 60, 100)) == {job.id for job in jobs}
    assert len(list(case.jobs.outdated(NOW + 60, 7))) == 7
    assert set(case.jobs.due(LATE)) == {running.id}


def test_a_tombstone_is_outdated_until_all_is_deleted(case: Case) -> None:
    tombstone = buried(case)
    assert tombstone.due_at is not None
    assert list(case.jobs.outdated(tombstone.due_at - 1, 100)) == []
    assert list(case.jobs.outdated(tombstone.due_at, 100)) == [tombstone.id]

    case.tombstones.keep(tombstone.due(None))
    assert list(case.jobs.outdated(LATE, 100)) == []
    assert case.tombstones.tombstone(tombstone.id) == tombstone.due(None)


def test_a_tombstones_row_says_nothing_of_its_job_and_is_forgotten_some_day(dynamodb: Any, table: str) -> None:
    job = a_job(a_request(prompt="a heron", metadata={"a": "secret"}, tags=["secret"]))
    TombstonesTable(dynamodb, table).keep(Tombstone.of(job, NOW))
    (row,) = dynamodb.scan(TableName=table)["Items"]

    assert not [word for word in ("heron", "secret") if word in str(row)]
    assert set(row) == {"pk", "sk", "doc", "status", "expires_at", "due_shard", "due_at"}
    assert row["expires_at"]["N"] == str(int(NOW + 30 * 86_400))


def test_what_dynamodb_left_over_is_sent_again_and_not_for_ever(aws: Any) -> None:
    client = aws("dynamodb")
    left = {"jobs": [{"DeleteRequest": {"Key": {"pk": {"S": "JOB#1"}, "sk": {"S": "EVENT#1"}}}}]}
    rows = {"Items": [{"pk": {"S": "JOB#1"}, "sk": {"S": sk}} for sk in ("JOB", "EVENT#1")]}
    for answers, stubborn in (([left, {}], False), ([left] * 10, True)):
        stubber = Stubber(client)
        stubber.add_response("query", rows)
        for answer in answers:
            stubber.add_response("batch_write_item", {"UnprocessedItems": answer})
        with stubber:
            if stubborn:
                with pytest.raises(RowsLeft, match="1 rows"):
                    TombstonesTable(client, "jobs").clear("1")
            else:
                TombstonesTable(client, "jobs").clear("1")
            stubber.assert_no_pending_responses()
