"""The table of jobs by tenant: an index says which jobs are asked for, the rows themselves are read after it."""

from typing import Any, Final

from adapters.reads import several
from adapters.rows import JOB, number, read_job, text
from cavendish.contract.listing import JobQuery, Page
from cavendish.job import Job

#: One page reads so many rows of the index at most: about 60 read units. Who asks for what is rare gets short pages.
_ROWS: Final = 2000
#: One query reads so many.
_ROWS_AT_ONCE: Final = 500
#: One batch reads so many jobs: whose prompts and metadata are as long as they may be, of those less than 16 MB.
_JOBS_AT_ONCE: Final = 50
#: A page holds so many bytes of requests at most, because Lambda answers no more than 6 MB.
_PAGE_BYTES: Final = 4_000_000
#: What each filter says of the index, and of which field there.
_CONDITIONS: Final = {"status": "#status = :status", "lane": "#lane = :lane", "tag": "contains(#tag, :tag)"}
_FIELDS: Final = {"status": "status", "lane": "lane", "tag": "tags"}


class JobsList:
    """The port JobList."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, tenant: str, query: JobQuery, now: float) -> Page:
        ids, after = self._ids(tenant, query, now)
        jobs: list[Job] = []
        size = 0
        for at in range(0, len(ids), _JOBS_AT_ONCE):
            for job in self._jobs(ids[at : at + _JOBS_AT_ONCE]):
                size += len(job.request.model_dump_json().encode())
                if jobs and size > _PAGE_BYTES:
                    return Page(jobs, jobs[-1].id)
                # The index is a little behind: only the row knows where the job stands.
                jobs += [job] if query.wants(job, now) else []
        return Page(jobs, after)

    def _ids(self, tenant: str, query: JobQuery, now: float) -> tuple[list[str], str | None]:
        """The ids of a page, newest first, and the one after which the next page begins."""
        ids: list[str] = []
        after = query.after
        for _ in range(_ROWS // _ROWS_AT_ONCE):
            answer = self._query(tenant, query, after, now)
            ids += [_job_id(row) for row in answer["Items"]]
            if len(ids) > query.limit:
                return ids[: query.limit], ids[query.limit - 1]
            if "LastEvaluatedKey" not in answer:
                return ids, None
            after = _job_id(answer["LastEvaluatedKey"])
        return ids, after

    def _query(self, tenant: str, query: JobQuery, after: str | None, now: float) -> dict[str, Any]:
        asked = {name: str(value) for name in _CONDITIONS if (value := getattr(query, name)) is not None}
        kept = "(attribute_not_exists(kept_until) OR kept_until > :now)"
        values = {f":{name}": text(value) for name, value in asked.items()}
        answer: dict[str, Any] = self._client.query(
            TableName=self._table,
            IndexName="tenant",
            KeyConditionExpression="tenant = :tenant AND pk < :before",
            FilterExpression=" AND ".join([kept, *(_CONDITIONS[name] for name in asked)]),
            ExpressionAttributeValues={
                ":tenant": text(tenant),
                ":before": text(f"JOB#{after}" if after else "JOB#~"),
                ":now": number(now),
                **values,
            },
            **({"ExpressionAttributeNames": {f"#{name}": _FIELDS[name] for name in asked}} if asked else {}),
            ScanIndexForward=False,
            Limit=_ROWS_AT_ONCE,
        )
        return answer

    def _jobs(self, ids: list[str]) -> list[Job]:
        """Jobs in the order of their ids, without those that were deleted meanwhile."""
        rows = several(self._client, self._table, [(f"JOB#{job_id}", JOB) for job_id in ids])
        found = {job.id: job for row in rows if (job := read_job(row))}
        return [found[job_id] for job_id in ids if job_id in found]


def _job_id(row: dict[str, Any]) -> str:
    return str(row["pk"]["S"]).removeprefix("JOB#")
