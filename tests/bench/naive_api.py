"""What the door is measured against: the handler that the examples of powertools and boto3 lead to.

Without powertools' Tracer, which would cost it more: the SDK that it needs is none of our packages.
"""

import json
import os
import time
import uuid
from hashlib import sha256
from typing import Annotated, Any, Literal

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.logging import correlation_paths
from pydantic import BaseModel, Field

logger = Logger(service="naive")
metrics = Metrics(namespace="naive", service="naive")
app = APIGatewayHttpResolver(enable_validation=True)
dynamodb = boto3.Session().client("dynamodb")
sqs = boto3.Session().client("sqs")
s3 = boto3.Session().client("s3")
stepfunctions = boto3.Session().client("stepfunctions")


class Submit(BaseModel):
    """The fields of the example."""

    prompt: str = Field(min_length=1, max_length=32_000)
    size: Literal["512", "1K", "2K", "4K"] = "2K"
    aspect_ratio: str = "1:1"
    n: int = Field(default=1, ge=1, le=9)


@app.post("/v1/jobs")
def submit(body: Submit, authorization: Annotated[str, Header()]) -> Response[dict[str, Any]]:
    table = os.environ["JOBS_TABLE"]
    pk = f"KEY#{sha256(authorization.removeprefix('Bearer ').encode()).hexdigest()}"
    key = dynamodb.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": "KEY"}}).get("Item")
    if key is None:
        raise UnauthorizedError("no key")
    job = {"id": uuid.uuid4().hex, "status": "queued", "created_at": time.time(), "requested": body.model_dump()}
    row = {"pk": {"S": f"JOB#{job['id']}"}, "sk": {"S": "JOB"}, "doc": {"S": json.dumps(job)}}
    dynamodb.put_item(TableName=table, Item=row, ConditionExpression="attribute_not_exists(pk)")
    sqs.send_message(QueueUrl=os.environ["JOBS_QUEUE_URL"], MessageBody=json.dumps({"job_id": job["id"]}))
    metrics.add_metric(name="JobsAccepted", unit="Count", value=1)
    logger.info("job accepted", job_id=job["id"])
    return Response(status_code=202, content_type="application/json", body=job)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
