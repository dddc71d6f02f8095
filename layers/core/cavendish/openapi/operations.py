"""The table of routes: one entry per operation, with what it takes and answers. A test holds it to `api`."""

import re
from typing import Final

from cavendish.openapi.advice_operations import ADVICE
from cavendish.openapi.batch_operations import BATCHES
from cavendish.openapi.insight_operations import INSIGHT
from cavendish.openapi.job_operations import JOBS
from cavendish.openapi.operation import Answer, Operation
from cavendish.openapi.webhook_operations import WEBHOOKS

OPERATIONS: Final[tuple[Operation, ...]] = (
    *JOBS,
    *BATCHES,
    *ADVICE,
    *INSIGHT,
    *WEBHOOKS,
    Operation(
        method="GET",
        path="/v1/models",
        id="listModels",
        tag="Models",
        title="List the models",
        more="What each can do and what it costs, in the catalogue's order; and the ids that were shut down.",
        answers=(Answer(200, "All models.", "Models"),),
        public=True,
    ),
    Operation(
        method="GET",
        path="/v1/models/{model_id}",
        id="readModel",
        tag="Models",
        title="Read a model",
        parameters=("model_id",),
        answers=(Answer(200, "The model with this id or alias.", "Model"),),
        problems=("unknown_model",),
        public=True,
    ),
    Operation(
        method="GET",
        path="/health",
        id="readHealth",
        tag="Service",
        title="Ask whether it works",
        answers=(Answer(200, "The API runs and can read its table.", "Health"),),
        public=True,
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        id="readOpenapi",
        tag="Service",
        title="Read this document",
        answers=(Answer(200, "OpenAPI 3.1.", "Openapi"),),
        public=True,
    ),
    Operation(
        method="GET",
        path="/docs",
        id="readDocs",
        tag="Service",
        title="Read this document as a page",
        answers=(Answer(200, "A page that needs no other host.", media="text/html"),),
        public=True,
    ),
)


def methods(path: str) -> tuple[str, ...]:
    """What can be done at a path of a request; nothing where it leads nowhere. What can be read has HEAD too."""
    found = [one.method for one in OPERATIONS if one.path == path]
    found = found or [one.method for one in OPERATIONS if re.fullmatch(_pattern(one.path), path)]
    return tuple(name for one in found for name in ((one, "HEAD") if one == "GET" else (one,)))


def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
