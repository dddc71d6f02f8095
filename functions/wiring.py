"""Settings and clients: the only reader of the environment. Everything is built once, at first use."""

import os
import tempfile
import time
from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO, Final, cast

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from adapters.images_bucket import ImagesBucket
from adapters.jobs_table import JobsTable
from adapters.keys_table import KeysTable
from adapters.model_http import ModelHttp
from adapters.provider_keys import ProviderKeys
from adapters.queues import JobsQueues
from adapters.state_machine import StateMachine
from cavendish.catalog import catalog
from cavendish.pipeline.call import Caller
from cavendish.pipeline.generate import Generate
from cavendish.pipeline.watchdog import Watchdog

logger: Final = Logger(function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))
clock: Final[Callable[[], float]] = time.time

#: AWS calls are repeated here and nowhere else.
_AWS: Final = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=20)
#: s3v4, because links signed otherwise ignore their expiry elsewhere than on AWS. The checksum is computed while the
#: picture arrives; the SDK's own would read it all again.
_S3: Final = _AWS.merge(Config(signature_version="s3v4", request_checksum_calculation="when_required"))
#: A picture below this many bytes stays in memory; ten larger ones must fit beside each other on disk.
_SPOOL_BYTES: Final = 256 * 1024


class SettingsMissing(RuntimeError):
    """The function was deployed without variables that it needs."""


@cache
def setting(name: str) -> str:
    """One environment variable, by its name in template.yaml."""
    try:
        return os.environ[name]
    except KeyError:
        raise SettingsMissing(f"the environment variable {name} is not set; template.yaml sets it") from None


@cache
def jobs() -> JobsTable:
    return JobsTable(_client("dynamodb"), setting("JOBS_TABLE"))


@cache
def keys() -> KeysTable:
    return KeysTable(_client("dynamodb"), setting("JOBS_TABLE"))


@cache
def images() -> ImagesBucket:
    return ImagesBucket(_client("s3", _S3), setting("IMAGES_BUCKET"))


@cache
def queue() -> JobsQueues:
    lanes = {"interactive": setting("JOBS_QUEUE_URL"), "bulk": setting("BULK_JOBS_QUEUE_URL")}
    return JobsQueues(_client("sqs"), lanes)


@cache
def starter() -> StateMachine:
    """The workflow with the queues that its executions send their attempts to."""
    lanes = {"interactive": setting("ATTEMPTS_QUEUE_URL"), "bulk": setting("BULK_ATTEMPTS_QUEUE_URL")}
    return StateMachine(_client("stepfunctions"), setting("WORKFLOW_ARN"), lanes)


@cache
def workflow() -> StateMachine:
    return StateMachine(_client("stepfunctions"), setting("WORKFLOW_ARN"))


@cache
def tokens() -> StateMachine:
    """The workflow for those who only answer its tokens."""
    return StateMachine(_client("stepfunctions"))


@cache
def generate() -> Generate:
    keys = ProviderKeys(_client("secretsmanager"), setting("PROVIDER_KEYS_SECRET"), clock)
    caller = Caller(
        models=ModelHttp(keys, route_bases(), time.monotonic),
        images=images(),
        catalog=catalog(),
        open_file=_open_file,
        clock=time.monotonic,
    )
    return Generate(jobs=jobs(), caller=caller, workflow=tokens(), clock=clock)


@cache
def watchdog() -> Watchdog:
    return Watchdog(jobs=jobs(), images=images(), queue=queue(), workflow=workflow(), catalog=catalog())


def route_bases() -> dict[str, str]:
    """Where each route leads: the catalogue's word, or the deployment's."""
    overrides = dict(pair.split("=", 1) for pair in setting("ROUTE_BASES").split(",") if pair)
    return {name: overrides.get(name, route.base_url).rstrip("/") for name, route in catalog().routes.items()}


def _client(service: str, config: Config = _AWS) -> Any:
    return _session().client(service, config=config)


@cache
def _session() -> boto3.Session:
    return boto3.Session()


def _open_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
