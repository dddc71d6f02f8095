"""The port JobList: one suite for the fake and for the table's index."""

from typing import Any

import pytest

from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from adapters.rows import job_row
from cavendish.contract.listing import JobQuery
from cavendish.job import Job, Status
from cavendish.tombstone import Tombstone
from cavendish.ulid import ulid
from tests.builders import NOW, TENANT, a_job, a_request
from tests.integration.jobs_case import Case


def added(case: Case, n: int, tenant: str = TENANT, status: Status = Status.QUEUED, **request: Any) -> Job:
    """The nth job, in time."""
    fields = {"id": ulid(NOW + n, bytes([n % 256] * 10)), "tenant": tenant, "status": status}
    return case.add(a_job(a_request(**request), **fields))


def ids(case: Case, now: float = NOW, tenant: str = TENANT, **asked: Any) -> list[str]:
    return [job.id for job in case.list.page(tenant, query(**asked), now).jobs]


def query(**asked: Any) -> JobQuery:
    return JobQuery().model_copy(update=asked)


def test_jobs_come_newest_first_and_whole(case: Case) -> None:
    jobs = [added(case, n, metadata={"n": n}) for n in range(3)]

    assert case.list.page(TENANT, JobQuery(), NOW) == (jobs[::-1], None)


def test_a_tenant_sees_its_own_jobs_only(case: Case) -> None:
    mine, others = added(case, 1), added(case, 2, tenant="other")

    assert (ids(case), ids(case, tenant="other"), ids(case, tenant="nobody")) == ([mine.id], [others.id], [])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": Status.FAILED}, [3]),
        ({"lane": "bulk"}, [2]),
        ({"tag": "a"}, [2, 1]),
        ({"tag": "b", "lane": "interactive"}, [1]),
        ({"tag": "a", "status": Status.FAILED}, []),
        ({"tag": "A"}, []),
    ],
)
def test_jobs_are_found_by_status_tag_and_lane(case: Case, asked: dict[str, Any], found: list[int]) -> None:
    jobs = {
        1: added(case, 1, tags=["a", "b", "a"]),
        2: added(case, 2, tags=["a"], lane="bulk"),
        3: added(case, 3, status=Status.FAILED, tags=["ab"]),
    }

    assert ids(case, **asked) == [jobs[n].id for n in found]


def test_pages_follow_each_other_without_a_gap_or_a_double(case: Case) -> None:
    jobs = [added(case, n) for n in range(7)]
    pages, after = [], None
    for _ in range(10):
        page = case.list.page(TENANT, query(limit=3, after=after), NOW)
        pages.append([job.id for job in page.jobs])
        if (after := page.after) is None:
            break

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [job_id for page in pages for job_id in page] == [job.id for job in jobs[::-1]]


def test_where_a_page_ends_with_the_last_job_there_is_no_next_one(case: Case) -> None:
    for n in range(3):
        added(case, n)

    assert case.list.page(TENANT, query(limit=3), NOW).after is None


def test_a_page_is_full_however_many_jobs_between_are_not_asked_for(case: Case) -> None:
    wanted = [added(case, n, tags=["a"]) if n % 25 == 0 else added(case, n) for n in range(100)][::25]
    first = case.list.page(TENANT, query(tag="a", limit=3), NOW)

    assert [job.id for job in first.jobs] == [job.id for job in wanted[:0:-1]]
    assert ids(case, tag="a", limit=3, after=first.after) == [wanted[0].id]


def test_what_is_deleted_or_outdated_is_not_listed(case: Case) -> None:
    ended = added(case, 1, status=Status.FAILED, retention_s=60)
    deleted = added(case, 2, status=Status.FAILED)
    case.tombstones.bury(deleted, Tombstone.of(deleted, NOW))

    assert ids(case, NOW + 59) == [ended.id]
    assert ids(case, NOW + 60) == []


def test_a_change_is_seen(case: Case) -> None:
    job = added(case, 1)
    failed = job.end(Status.FAILED, NOW)
    case.jobs.save(job, failed)

    assert (ids(case, status=Status.QUEUED), ids(case, status=Status.FAILED)) == ([], [job.id])


class Counted:
    """A client that counts what is asked of it, and gives an index in small pieces."""

    def __init__(self, client: Any, rows_at_once: int) -> None:
        self._client = client
        self._rows_at_once = rows_at_once
        self.queries = 0

    def query(self, **asked: Any) -> Any:
        self.queries += 1
        return self._client.query(**{**asked, "Limit": self._rows_at_once})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def many(client: Any, table: str, count: int, **request: Any) -> list[str]:
    jobs = [a_job(a_request(**request), id=ulid(NOW + n, bytes(10))) for n in range(count)]
    for job in jobs:
        JobsTable(client, table).add(job, job.event("job.queued"))
    return [job.id for job in jobs[::-1]]


def test_a_page_reads_so_much_at_most_and_the_next_goes_on_where_it_stopped(dynamodb: Any, table: str) -> None:
    client, newest = Counted(dynamodb, 3), many(dynamodb, table, 20)
    page = JobsList(client, table).page(TENANT, query(tag="rare"), NOW)

    assert (page, client.queries) == (([], newest[11]), 4)
    assert JobsList(client, table).page(TENANT, query(tag="rare", after=page.after), NOW) == ([], None)


class Large:
    """A client of a table whose jobs are large; moto's index would be as large, DynamoDB's is not."""

    def __init__(self, jobs: list[Job]) -> None:
        self._rows = {job.id: job_row(job) for job in jobs}

    def query(self, ExpressionAttributeValues: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        rows = [row for row in self._rows.values() if row["pk"]["S"] < ExpressionAttributeValues[":before"]["S"]]
        return {"Items": sorted(rows, key=lambda row: str(row["pk"]["S"]), reverse=True)}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Gives two at a time, and in no order."""
        keys = RequestItems["jobs"]["Keys"]
        rows = [self._rows[key["pk"]["S"].removeprefix("JOB#")] for key in keys[:2]][::-1]
        return {"Responses": {"jobs": rows}, "UnprocessedKeys": {"jobs": {"Keys": keys[2:]}} if keys[2:] else {}}


def test_an_answer_stays_within_what_lambda_can_give() -> None:
    request = a_request(metadata={"a": "x" * 250_000})
    jobs = [a_job(request, id=ulid(NOW - n, bytes(10))) for n in range(22)]
    lists = JobsList(Large(jobs), "jobs")
    first = lists.page(TENANT, query(limit=100), NOW)
    rest = lists.page(TENANT, query(limit=100, after=first.after), NOW)

    assert len(first.jobs) == 15  # four megabytes
    assert [*first.jobs, *rest.jobs] == jobs
    assert rest.after is None


def test_a_job_that_changed_since_the_index_was_written_is_shown_only_if_it_is_still_asked_for(
    dynamodb: Any, table: str
) -> None:
    job = a_job()
    JobsTable(dynamodb, table).add(job, job.event("job.queued"))

    class Behind(Counted):
        """An index that still knows the job as queued."""

        def query(self, **asked: Any) -> Any:
            answer = super().query(**asked)
            JobsTable(dynamodb, table).save(job, job.cancelling(NOW))
            return answer

    assert JobsList(Behind(dynamodb, 100), table).page(TENANT, query(status=Status.QUEUED), NOW) == ([], None)
