"""Answer one HTTP request. Each noun has its routes in a module of its own."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

import wiring
from api import (
    batches,
    deliveries,
    docs,
    endpoints,
    estimate,
    head,
    health,
    job_list,
    jobs,
    models,
    paths,
    problems,
    providers,
    recommend,
    secrets,
    stats,
    submit,
)

app = APIGatewayHttpResolver()
app.use([paths.whole])
app.include_router(health.router)
app.include_router(docs.router)
app.include_router(models.router)
app.include_router(submit.router)
app.include_router(estimate.router)
app.include_router(recommend.router)
app.include_router(providers.router)
app.include_router(stats.router)
app.include_router(job_list.router)
app.include_router(jobs.router)
app.include_router(batches.router)
app.include_router(endpoints.router)
app.include_router(deliveries.router)
app.include_router(secrets.router)
problems.register(app)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Called by API Gateway for every path ($default)."""
    answer = head.answer(event, lambda asked: app.resolve(asked, context))
    http = event["requestContext"]["http"]
    wiring.logger.info("request.answered", method=http["method"], path=http["path"], status=answer["statusCode"])
    return answer
