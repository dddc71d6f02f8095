"""The operations on jobs."""

from typing import Final

from cavendish.openapi.operation import Answer, Operation

JOBS: Final = (
    Operation(
        method="POST",
        path="/v1/jobs",
        id="submitJob",
        tag="Jobs",
        title="Submit a job",
        more="Answers at once; the job is worked on meanwhile. What is wrong with the request is told all at once.",
        parameters=("Idempotency-Key", "Prefer"),
        takes="JobRequest",
        answers=(
            Answer(
                202,
                "The job was accepted: it will reach an end. Ask for it at `Location`.",
                "Job",
                headers=("Location", "Retry-After"),
                may_have=("Idempotency-Replayed", "Preference-Applied"),
                leads_to=("readJob", "cancelJob", "deleteJob"),
            ),
            Answer(
                200,
                "The job was accepted, now or before, and has ended.",
                "Job",
                headers=("Location",),
                may_have=("Idempotency-Replayed", "Preference-Applied"),
                leads_to=("readJob", "deleteJob"),
            ),
        ),
        problems=(
            *("malformed_body", "invalid_idempotency_key", "too_large", "unsupported_media_type"),
            *("over_budget", "invalid_request", "idempotency_key_reused", "gone"),
        ),
    ),
    Operation(
        method="GET",
        path="/v1/jobs",
        id="listJobs",
        tag="Jobs",
        title="List jobs",
        more="Newest first, a page at a time. A page may hold fewer than `limit`; `next` says whether another follows.",
        parameters=("status", "tag", "lane", "after", "limit"),
        answers=(Answer(200, "A page of your jobs.", "Jobs", may_have=("Link",)),),
        problems=("invalid_query",),
    ),
    Operation(
        method="GET",
        path="/v1/jobs/{job_id}",
        id="readJob",
        tag="Jobs",
        title="Read a job",
        more="Each reading makes fresh links to the pictures.",
        parameters=("job_id", "If-None-Match", "Prefer"),
        answers=(
            Answer(
                200,
                "The job as it stands. With `Retry-After` it has not ended yet.",
                "Job",
                headers=("ETag",),
                may_have=("Retry-After", "Preference-Applied"),
                leads_to=("cancelJob", "deleteJob"),
            ),
            Answer(
                304,
                "The job is as it was, but for its links.",
                headers=("ETag",),
                may_have=("Retry-After", "Preference-Applied"),
            ),
        ),
        problems=("unknown_job", "gone"),
    ),
    Operation(
        method="POST",
        path="/v1/jobs/{job_id}/cancel",
        id="cancelJob",
        tag="Jobs",
        title="Cancel a job",
        more="No call begins any more. One that is on its way ends first, for it may be billed.",
        parameters=("job_id",),
        answers=(
            Answer(
                202,
                "The job, cancelled or about to be.",
                "Cancelled",
                may_have=("Retry-After",),
                leads_to=("readJob",),
            ),
            Answer(200, "The job had ended, and stays as it is.", "Cancelled"),
        ),
        problems=("unknown_job", "gone", "job_changed"),
    ),
    Operation(
        method="DELETE",
        path="/v1/jobs/{job_id}",
        id="deleteJob",
        tag="Jobs",
        title="Delete a job",
        more="With its prompt, its pictures and all else that is kept of it.",
        parameters=("job_id",),
        answers=(Answer(204, "Nothing is left of it."),),
        problems=("unknown_job", "gone", "not_ended", "job_changed"),
    ),
)
