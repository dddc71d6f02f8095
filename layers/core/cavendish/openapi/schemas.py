"""The schemas of the document, all from pydantic models: what is checked at the door is what is written here."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from cavendish.advice.estimate import Estimate
from cavendish.advice.recommend import Recommendation
from cavendish.batch.plan import BatchPlan
from cavendish.batch.request import BatchRequest, PlanRequest
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.matrix import ModelsView, ModelView
from cavendish.contract.problem import PROBLEMS
from cavendish.health.standing import Providers
from cavendish.openapi import answers, batch_answers, webhook_answers
from cavendish.openapi.fields import WORDS, known
from cavendish.request import JobRequest
from cavendish.stats.stats import Stats
from cavendish.webhook.listing import Replay
from cavendish.webhook.request import EndpointChange, NewEndpoint

Schema = dict[str, Any]

_REQUESTS: Final = (JobRequest, BatchRequest, PlanRequest, NewEndpoint, EndpointChange, Replay)
_ANSWERS: Final = (
    *(answers.Job, answers.Jobs, answers.Cancelled, answers.Problem, answers.Health, answers.Openapi),
    *(ModelView, ModelsView, Estimate, Recommendation, Providers, Stats),
    *(webhook_answers.EndpointWithSecret, webhook_answers.Endpoints, webhook_answers.Deliveries),
    *(webhook_answers.Replayed, webhook_answers.DefaultSecret, webhook_answers.WebhookKeys),
    *(webhook_answers.JobMessage, webhook_answers.BatchMessage, webhook_answers.EndpointMessage),
    *(batch_answers.Batch, batch_answers.PostedBatch, batch_answers.Batches, batch_answers.Items),
    *(batch_answers.Manifest, BatchPlan),
)
#: Names in the document that differ from those of the classes.
_CALLED: Final = {"ModelView": "Model", "ModelsView": "Models", "RetiredView": "Retired"}


def schemas(catalog: Catalog) -> dict[str, Schema]:
    """All schemas, by their names in the document."""
    answered: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "serialization") for one in _ANSWERS]
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "validation") for one in _REQUESTS]
    _, made = models_json_schema([*asked, *answered], ref_template="#/components/schemas/{model}")
    found: dict[str, Schema] = _told(made["$defs"])
    found["JobRequest"]["properties"] = _request_fields(found["JobRequest"]["properties"], catalog)
    found["Requested"] = _requested(found["JobRequest"]["properties"])
    for name in ("Brief", "Job", "Cancelled"):
        found[name]["properties"]["requested"] = {"$ref": "#/components/schemas/Requested"}
    found["Problem"]["properties"]["code"]["enum"] = list(PROBLEMS)
    return found


def _told(value: Any) -> Any:
    """The same with the document's names, and without titles that only say a name again."""
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if name != "title" or not isinstance(one, str)}
        return {_CALLED.get(name, name): _told(one) for name, one in kept.items()}
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, str) and value.startswith("#/components/schemas/"):
        start, _, name = value.rpartition("/")
        return f"{start}/{_CALLED.get(name, name)}"
    return value


def _request_fields(fields: dict[str, Schema], catalog: Catalog) -> dict[str, Schema]:
    """The model's own fields, each with its words, its default and, where it is data, with what it may hold."""
    more = known(catalog)
    return {
        name: {**_narrowed(field, more.get(name, {})), **_default(name), "description": WORDS[name]}
        for name, field in fields.items()
    }


def _default(name: str) -> Schema:
    """Also of lists and mappings, of which pydantic says nothing."""
    field = JobRequest.model_fields[name]
    return {} if field.is_required() else {"default": field.get_default(call_default_factory=True)}


def _narrowed(field: Schema, more: Schema) -> Schema:
    """The same field with more said of its text, which in an optional field is one of two."""
    if "anyOf" not in field:
        return {**field, **more}
    either = [{**one, **more} if one.get("type") == "string" else one for one in field["anyOf"]]
    return {**field, "anyOf": either}


def _requested(fields: dict[str, Schema]) -> Schema:
    """The request as a job shows it: everything but the prompt, and what was left open decided."""
    shown = {name: field for name, field in fields.items() if name != "prompt"}
    decided = {name: {"type": "string"} for name in ("aspect_ratio", "model", "route")}
    return {
        "description": "The request as it was understood, without the prompt.",
        "type": "object",
        "properties": {name: _without_default(field) for name, field in {**shown, **decided}.items()},
        "required": list(shown),
    }


def _without_default(field: Schema) -> Schema:
    return {name: value for name, value in field.items() if name != "default"}
