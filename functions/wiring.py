"""Settings and clients: the only reader of the environment. Everything is built once, at first use."""

import os
import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.session import Session

from adapters.images_bucket import ImagesBucket
from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from adapters.keys_table import KeysTable
from adapters.queues import JobsQueues
from adapters.state_machine import StateMachine
from adapters.tombstones_table import TombstonesTable
from cavendish.catalog import catalog
from once import once

# What one function needs and the door does not is imported where it is built: httpx alone is a third of a cold start.
if TYPE_CHECKING:
    from cavendish.pipeline.generate import Generate
    from cavendish.pipeline.watchdog import Watchdog

logger: Final = Logger(function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))
clock: Final[Callable[[], float]] = time.time

#: AWS calls are repeated here and nowhere else; all tries together end before API Gateway gives up, at 29 s.
_AWS: Final = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=5)
#: s3v4, because links signed otherwise ignore their expiry elsewhere than on AWS. The checksum is computed while the
#: picture arrives; the SDK's own would read it all again.
_S3: Final = _AWS.merge(Config(signature_version="s3v4", request_checksum_calculation="when_required", read_timeout=60))
#: A picture below this many bytes stays in memory; ten larger ones must fit beside each other on disk.
_SPOOL_BYTES: Final = 256 * 1024


class SettingsMissing(RuntimeError):
    """The function was deployed without variables that it needs."""


@once
def setting(name: str) -> str:
    """One environment variable, by its name in template.yaml."""
    try:
        return os.environ[name]
    except KeyError:
        raise SettingsMissing(f"the environment variable {name} is not set; template.yaml sets it") from None


@once
def jobs() -> JobsTable:
    return JobsTable(_client("dynamodb"), setting("JOBS_TABLE"))


@once
def tombstones() -> TombstonesTable:
    return TombstonesTable(_client("dynamodb"), setting("JOBS_TABLE"))


@once
def job_list() -> JobsList:
    return JobsList(_client("dynamodb"), setting("JOBS_TABLE"))


@once
def keys() -> KeysTable:
    return KeysTable(_client("dynamodb"), setting("JOBS_TABLE"))


@once
def images() -> ImagesBucket:
    return ImagesBucket(_client("s3", _S3), setting("IMAGES_BUCKET"))


@once
def queue() -> JobsQueues:
    lanes = {"interactive": setting("JOBS_QUEUE_URL"), "bulk": setting("BULK_JOBS_QUEUE_URL")}
    return JobsQueues(_client("sqs"), lanes)


@once
def starter() -> StateMachine:
    """The workflow with the queues that its executions send their attempts to."""
    lanes = {"interactive": setting("ATTEMPTS_QUEUE_URL"), "bulk": setting("BULK_ATTEMPTS_QUEUE_URL")}
    return StateMachine(_client("stepfunctions"), setting("WORKFLOW_ARN"), lanes)


@once
def workflow() -> StateMachine:
    return StateMachine(_client("stepfunctions"), setting("WORKFLOW_ARN"))


@once
def tokens() -> StateMachine:
    """The workflow for those who only answer its tokens."""
    return StateMachine(_client("stepfunctions"))


@once
def generate() -> "Generate":
    from adapters.model_http import ModelHttp
    from adapters.provider_keys import ProviderKeys
    from cavendish.pipeline.call import Caller
    from cavendish.pipeline.generate import Generate

    keys = ProviderKeys(_client("secretsmanager"), setting("PROVIDER_KEYS_SECRET"), clock)
    caller = Caller(
        models=ModelHttp(keys.get, route_bases(), time.monotonic),
        images=images(),
        catalog=catalog(),
        open_file=_open_file,
        clock=time.monotonic,
    )
    return Generate(jobs=jobs(), images=images(), caller=caller, workflow=tokens(), clock=clock)


@once
def watchdog() -> "Watchdog":
    from cavendish.pipeline.watchdog import Watchdog

    return Watchdog(
        jobs=jobs(),
        tombstones=tombstones(),
        images=images(),
        queue=queue(),
        workflow=workflow(),
        catalog=catalog(),
    )


def route_bases() -> dict[str, str]:
    """Where each route leads: the catalogue's word, or the deployment's."""
    overrides = dict(pair.split("=", 1) for pair in setting("ROUTE_BASES").split(",") if pair)
    return {name: overrides.get(name, route.base_url).rstrip("/") for name, route in catalog().routes.items()}


@once
def _client(service: str, config: Config = _AWS) -> Any:
    return _session().create_client(service, config=config)


@once
def _session() -> Session:
    """Botocore's: boto3 would bring resources and transfers that nothing here uses."""
    return Session()


def _open_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
