"""The operations on batches."""

from typing import Final

from cavendish.openapi.operation import Answer, Operation

_TAG: Final = "Batches"
_BATCHES: Final = "/v1/batches"
_ONE: Final = f"{_BATCHES}/{{batch_id}}"
_BODY: Final = ("malformed_body", "too_large", "unsupported_media_type", "invalid_request")
_WAYS: Final = ("readBatch", "listBatchItems", "readManifest", "cancelBatch", "retryBatch")

BATCHES: Final = (
    Operation(
        method="POST",
        path=_BATCHES,
        id="postBatch",
        tag=_TAG,
        title="Post a batch",
        more="Many jobs at once: `items` with the body, up to 256 KB, or a CSV, JSONL, JSON or TXT file that is "
        "uploaded by the answered form, up to 256 MB and 100,000 items. What is wrong with an item is told by the "
        "batch's items and keeps no other from being made. Items wait in the lane `bulk` unless they say otherwise.",
        parameters=("Idempotency-Key",),
        takes="BatchRequest",
        answers=(
            Answer(
                202,
                "The batch was opened: its items become jobs as soon as they are read.",
                "PostedBatch",
                headers=("Location", "Retry-After"),
                may_have=("Idempotency-Replayed",),
                leads_to=_WAYS,
            ),
        ),
        problems=(*_BODY, "invalid_idempotency_key", "idempotency_key_reused", "webhook_changed"),
    ),
    Operation(
        method="GET",
        path=_BATCHES,
        id="listBatches",
        tag=_TAG,
        title="List batches",
        more="Newest first, a page at a time; also those of files that were dropped into the inbox.",
        parameters=("batches_after", "batches_limit"),
        answers=(Answer(200, "A page of your batches.", "Batches", may_have=("Link",)),),
        problems=("invalid_query",),
    ),
    Operation(
        method="POST",
        path=f"{_BATCHES}/plan",
        id="planBatch",
        tag="Before spending",
        title="Plan a batch",
        more="Calls, money and time of each mode, for `items` or for `n` that only have the `defaults`. Nothing is "
        "written, queued or called.",
        takes="PlanRequest",
        answers=(Answer(200, "What it would take in each mode, and by the articles' arithmetic.", "BatchPlan"),),
        problems=_BODY,
    ),
    Operation(
        method="GET",
        path=_ONE,
        id="readBatch",
        tag=_TAG,
        title="Read a batch",
        more="How far it is, what it cost so far, and when it has ended links to its results.",
        parameters=("batch_id",),
        answers=(
            Answer(
                200,
                "The batch as it stands. With `Retry-After` it has not ended yet.",
                "Batch",
                may_have=("Retry-After",),
                leads_to=_WAYS[1:],
            ),
        ),
        problems=("unknown_batch",),
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/items",
        id="listBatchItems",
        tag=_TAG,
        title="List a batch's items",
        more="By their index, a page at a time; those that have been read so far.",
        parameters=("batch_id", "items_after", "items_limit"),
        answers=(Answer(200, "A page of its items.", "Items", may_have=("Link",)),),
        problems=("unknown_batch", "invalid_query"),
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/manifest",
        id="readManifest",
        tag=_TAG,
        title="Read where a batch's results are",
        more="Fresh links to the report and to the ZIPs of pictures.",
        parameters=("batch_id",),
        answers=(Answer(200, "All files.", "Manifest"),),
        problems=("unknown_batch", "no_results"),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/cancel",
        id="cancelBatch",
        tag=_TAG,
        title="Cancel a batch",
        more="No more of it is queued, and jobs that have not ended are cancelled. What has ended stays, and the "
        "report is written.",
        parameters=("batch_id",),
        answers=(
            Answer(
                202, "It will be cancelled, or is being closed.", "Batch", headers=("Retry-After",), leads_to=_WAYS[:2]
            ),
            Answer(200, "It had ended before.", "Batch", leads_to=_WAYS[:3]),
        ),
        problems=("unknown_batch", "webhook_changed"),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/retry",
        id="retryBatch",
        tag=_TAG,
        title="Try a batch's failed items again",
        more="A new batch of those that failed or expired, which writes into the same folder. It is made once: asked "
        "again, it is answered again. What fails again is the new batch's to retry.",
        parameters=("batch_id",),
        answers=(
            Answer(
                202,
                "The new batch.",
                "Batch",
                headers=("Location",),
                may_have=("Retry-After", "Idempotency-Replayed"),
                leads_to=_WAYS,
            ),
        ),
        problems=("unknown_batch", "nothing_to_retry"),
    ),
)
