"""The operations that are asked before anything is spent."""

from typing import Final

from cavendish.openapi.operation import Answer, Operation

ADVICE: Final = (
    Operation(
        method="POST",
        path="/v1/estimate",
        id="estimateJob",
        tag="Before spending",
        title="Estimate a job",
        more="The body is that of a submit, and is checked like one. Nothing is written, queued or called. Until a "
        "model is measured its chances are what articles claim; each rung of the ladder says which.",
        takes="JobRequest",
        answers=(Answer(200, "What it would cost, how long it would take, and what would be cheaper.", "Estimate"),),
        problems=("malformed_body", "too_large", "unsupported_media_type", "over_budget", "invalid_request"),
    ),
    Operation(
        method="GET",
        path="/v1/recommend",
        id="readRecommendation",
        tag="Before spending",
        title="Ask what to ask for",
        more="By the decision tables of five articles: each answer names the row that it follows, the rows that say "
        "otherwise, and what holds where they disagree.",
        parameters=("use_case", "needs", "critical", "size"),
        answers=(Answer(200, "A size, a model, a thinking and a policy, and why.", "Recommendation"),),
        problems=("invalid_query",),
        public=True,
    ),
)
