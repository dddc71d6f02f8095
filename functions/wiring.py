"""Settings and clients: the only reader of the environment. Everything is built once, at first use."""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.session import Session

from adapters.budgets_table import BudgetsTable
from adapters.closures_table import ClosuresTable
from adapters.health_table import HealthTable, RowUnreadable
from adapters.images_bucket import ImagesBucket
from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from adapters.keys_table import KeysTable
from adapters.queues import JobsQueues
from adapters.routes_table import RoutesTable
from adapters.state_machine import StateMachine
from adapters.stats_table import StatsTable
from adapters.tombstones_table import TombstonesTable
from cavendish.catalog.file import catalog
from once import once

# What one function needs and the door does not is imported where it is built.
if TYPE_CHECKING:
    from adapters.batch_queues import BatchQueues
    from adapters.batches_table import BatchesTable
    from adapters.inbox_bucket import InboxBucket
    from adapters.outbox_bucket import OutboxBucket
    from cavendish.pipeline.watchdog import Watchdog

logger: Final = Logger(function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))
clock: Final[Callable[[], float]] = time.time

#: AWS calls are repeated here and nowhere else; all tries together end before API Gateway gives up, at 29 s.
_AWS: Final = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=5)
#: What is only counted, or only a better guess, is tried once and not waited for: sent twice it would count twice.
_BRIEF: Final = _AWS.merge(Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1))
#: s3v4, because links signed otherwise ignore their expiry elsewhere than on AWS. The checksum is computed while the
#: picture arrives; the SDK's own would read it all again.
_S3: Final = _AWS.merge(Config(signature_version="s3v4", request_checksum_calculation="when_required", read_timeout=60))


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
    return JobsTable(client("dynamodb"), setting("JOBS_TABLE"))


@once
def budgets() -> BudgetsTable:
    return BudgetsTable(client("dynamodb"), setting("JOBS_TABLE"))


@once
def batches() -> "BatchesTable":
    from adapters.batches_table import BatchesTable

    return BatchesTable(client("dynamodb"), setting("JOBS_TABLE"))


@once
def batch_queue() -> "BatchQueues":
    from adapters.batch_queues import BatchQueues

    inbox, closing = setting("INBOX_QUEUE_URL"), setting("CLOSING_QUEUE_URL")
    return BatchQueues(client("sqs"), inbox=inbox, closing=closing, economy=setting("ECONOMY_QUEUE_URL"))


@once
def inbox() -> "InboxBucket":
    from adapters.inbox_bucket import InboxBucket

    return InboxBucket(client("s3", _S3), setting("INBOX_BUCKET"))


@once
def outbox() -> "OutboxBucket":
    from adapters.outbox_bucket import OutboxBucket

    return OutboxBucket(client("s3", _S3), bucket=setting("OUTBOX_BUCKET"), images=setting("IMAGES_BUCKET"))


@once
def tombstones() -> TombstonesTable:
    return TombstonesTable(client("dynamodb"), setting("JOBS_TABLE"))


@once
def job_list() -> JobsList:
    return JobsList(client("dynamodb"), setting("JOBS_TABLE"))


@once
def keys() -> KeysTable:
    return KeysTable(client("dynamodb"), setting("JOBS_TABLE"))


@once
def measurements() -> HealthTable:
    return HealthTable(client("dynamodb", _BRIEF), setting("JOBS_TABLE"), not_recorded)


@once
def closures() -> ClosuresTable:
    return ClosuresTable(client("dynamodb", _BRIEF), setting("JOBS_TABLE"), time.monotonic, not_recorded)


@once
def keyed_routes() -> RoutesTable:
    return RoutesTable(client("dynamodb", _BRIEF), setting("JOBS_TABLE"), not_recorded)


@once
def statistics() -> StatsTable:
    return StatsTable(client("dynamodb", _BRIEF), setting("JOBS_TABLE"), _not_counted)


@once
def images() -> ImagesBucket:
    return ImagesBucket(client("s3", _S3), setting("IMAGES_BUCKET"))


@once
def queue() -> JobsQueues:
    lanes = {"interactive": setting("JOBS_QUEUE_URL"), "bulk": setting("BULK_JOBS_QUEUE_URL")}
    return JobsQueues(client("sqs"), lanes)


@once
def starter() -> StateMachine:
    """The workflow with the queues that its executions send their attempts to."""
    return StateMachine(client("stepfunctions"), setting("WORKFLOW_ARN"), attempt_lanes())


def attempt_lanes() -> dict[str, str]:
    """The queues of attempts, by lane."""
    return {"interactive": setting("ATTEMPTS_QUEUE_URL"), "bulk": setting("BULK_ATTEMPTS_QUEUE_URL")}


@once
def workflow() -> StateMachine:
    return StateMachine(client("stepfunctions"), setting("WORKFLOW_ARN"))


@once
def tokens() -> StateMachine:
    """The workflow for those who only answer its tokens."""
    return StateMachine(client("stepfunctions"))


@once
def watchdog() -> "Watchdog":
    from cavendish.pipeline.watchdog import Watchdog

    return Watchdog(
        jobs=jobs(),
        batches=batches(),
        batch_queue=batch_queue(),
        tombstones=tombstones(),
        images=images(),
        queue=queue(),
        workflow=workflow(),
        catalog=catalog(),
        statistics=statistics(),
    )


@once
def client(service: str, config: Config = _AWS) -> Any:
    return _session().create_client(service, config=config)


@once
def _session() -> Session:
    """Botocore's: boto3 would bring resources and transfers that nothing here uses."""
    return Session()


def _not_counted(error: Exception) -> None:
    logger.warning("stats.not_counted", exc_info=error)


def not_recorded(error: Exception) -> None:
    logger.warning("health.unreadable" if isinstance(error, RowUnreadable) else "health.not_recorded", exc_info=error)
