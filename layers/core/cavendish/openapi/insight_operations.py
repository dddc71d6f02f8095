"""The operations that tell how it goes."""

from typing import Final

from cavendish.openapi.operation import Answer, Operation

INSIGHT: Final = (
    Operation(
        method="GET",
        path="/v1/providers",
        id="listProviders",
        tag="How it goes",
        title="Ask how the providers do",
        more="Each route with its models and sizes: what the calls of the last three hours came to, of all tenants; "
        "whether it is used, and why not; the time limit that a plan would set. What is told may be 10 seconds old. "
        "Keys are never told, only whether there is one.",
        answers=(Answer(200, "All routes.", "Providers"),),
    ),
    Operation(
        method="GET",
        path="/v1/stats",
        id="readStats",
        tag="How it goes",
        title="Ask what your calls came to",
        more="Counted when a job ends, for the hour in which each of its calls ended, and kept for 35 days. Any of "
        "`route`, `model`, `size`, `tag` and `hour` can be asked of in any combination. With `tag`, a call of a job "
        "with several tags is in the groups of each, and one of a job without tags in those whose `tag` is null. "
        "Whole hours are told. The counts are for looking, not for bills: a worker that dies at a job's very end "
        "leaves them out, and what a call costs that is heard of after its job's end is not in them.",
        parameters=("by", "since", "until"),
        answers=(Answer(200, "Your calls, by what was asked.", "Stats"),),
        problems=("invalid_query",),
    ),
)
