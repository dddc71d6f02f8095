"""What only the table has: rows that expire, an index that is sparse, and transactions that meet each other."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters.accounts import SPREAD
from adapters.jobs_table import JobsTable
from adapters.rows import OLD
from cavendish.attempt import KEEP_S, State
from cavendish.errors import CallRefused, EndNotWritten, JobConflict
from cavendish.job import Job, Status
from tests.builders import NOW, a_hold, a_job, a_result, a_running_job, an_attempt
from tests.fakes import FakeJobs
from tests.integration.resources import RESOURCES


class Contended:
    """A client whose transactions always meet another one."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **_: Any) -> None:
        reasons = {"CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}]}
        raise self._client.exceptions.TransactionCanceledException(reasons, "transact_write_items")


def added(jobs: JobsTable) -> Job:
    job = a_running_job()
    jobs.add(job, job.event("job.queued"))
    jobs.begin(an_attempt(hold=a_hold()), NOW)
    return job


def test_every_row_expires_by_the_field_that_the_template_names(dynamodb: Any, table: str) -> None:
    added(JobsTable(dynamodb, table))
    field = RESOURCES["JobsTable"]["Properties"]["TimeToLiveSpecification"]["AttributeName"]
    ends = {row["sk"]["S"].partition("#")[0]: row[field]["N"] for row in dynamodb.scan(TableName=table)["Items"]}

    job_ends = str(int(a_running_job().expires_at))
    attempt_ends, period_ends = str(int(NOW + KEEP_S)), str(int(NOW + 400 * 86_400))
    parts = {f"{part:02}": period_ends for part in range(1, SPREAD + 1) if f"{part:02}" in ends}
    assert parts
    assert ends == {"JOB": job_ends, "EVENT": job_ends, "ATTEMPT": attempt_ends, "ACCOUNT": attempt_ends, **parts}


def test_what_has_ended_leaves_the_index_but_for_its_deletion(dynamodb: Any, table: str) -> None:
    jobs = JobsTable(dynamodb, table)
    job = added(jobs)
    assert dynamodb.scan(TableName=table, IndexName="due")["Count"] == 2

    jobs.end(an_attempt().key, a_result(), NOW)
    jobs.reported(an_attempt().key)
    jobs.save(job, job.end(Status.SUCCEEDED, NOW), job.end(Status.SUCCEEDED, NOW).event("job.succeeded"))
    assert [row["due_shard"]["S"][:-1] for row in dynamodb.scan(TableName=table, IndexName="due")["Items"]] == [OLD]


def test_a_prompt_is_in_the_jobs_row_and_in_no_other(dynamodb: Any, table: str) -> None:
    added(JobsTable(dynamodb, table))
    told = [row["sk"]["S"] for row in dynamodb.scan(TableName=table)["Items"] if "lighthouse" in str(row)]

    assert told == ["JOB"]


def stubbed(dynamodb: Any, *reasons: str) -> tuple[JobsTable, Stubber]:
    """A table whose transactions are cancelled for these reasons, one after the other."""
    stubber = Stubber(dynamodb)
    for reason in reasons:
        stubber.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": reason}, {"Code": "None"}]},
        )
    return JobsTable(dynamodb, "jobs"), stubber


def test_a_transaction_that_met_another_one_is_tried_again(aws: Any) -> None:
    jobs, stubber = stubbed(aws("dynamodb"), "TransactionConflict", "TransactionConflict")
    stubber.add_response("transact_write_items", {})

    with stubber:
        jobs.add(a_job(), a_job().event("job.queued"))
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("reasons", [["ConditionalCheckFailed"], ["TransactionConflict"] * 8])
def test_a_transaction_whose_condition_failed_or_that_never_gets_through_is_a_conflict(
    aws: Any, reasons: list[str]
) -> None:
    jobs, stubber = stubbed(aws("dynamodb"), *reasons)

    with stubber, pytest.raises(JobConflict):
        jobs.add(a_job(), a_job().event("job.queued"))


def test_an_end_that_meets_others_in_its_accounts_all_the_time_is_not_taken_for_one_that_others_wrote(
    dynamodb: Any, table: str
) -> None:
    jobs = JobsTable(dynamodb, table)
    job = added(jobs)

    with pytest.raises(EndNotWritten):
        JobsTable(Contended(dynamodb), table).end(an_attempt().key, a_result(), NOW)
    assert [one.state for one in jobs.attempts(job.id)] == [State.CALLING]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException"])
def test_any_other_error_of_aws_is_itself(aws: Any, code: str) -> None:
    client = aws("dynamodb", retries={"total_max_attempts": 1})
    stubber = Stubber(client)
    stubber.add_client_error("transact_write_items", code)

    with stubber, pytest.raises(ClientError, match=code):
        JobsTable(client, "jobs").add(a_job(), a_job().event("job.queued"))


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_was_throttled_is_no_conflict(aws: Any, reason: str) -> None:
    jobs, stubber = stubbed(aws("dynamodb"), *[reason] * 8)

    with stubber, pytest.raises(ClientError):
        jobs.add(a_job(), a_job().event("job.queued"))


def test_an_attempt_that_is_gone_is_not_written_again_by_its_report(dynamodb: Any, table: str) -> None:
    with pytest.raises(CallRefused):
        JobsTable(dynamodb, table).reported(an_attempt().key)


def test_the_fake_too_does_not_report_what_is_not_there() -> None:
    with pytest.raises(CallRefused):
        FakeJobs().reported(an_attempt().key)
