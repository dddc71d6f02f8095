"""The ledger against the models' own bill: attempt by attempt, and the job's account against both."""

from typing import Any

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.cloud import Cloud

#: What ends an attempt before its call.
NOT_CALLED = ("over_budget", "circuit_open")


def matches(cloud: Cloud, job: JobView) -> bool:
    """Whether a job of one picture cost what its models billed for it, and its account says so too."""
    calls = cloud.models.calls(str(table.job(cloud, job["id"])["request"]["prompt"]))
    attempts = [one for one in job["attempts"] if one["outcome"] not in NOT_CALLED]
    owed = [billed(call, attempt) for call, attempt in zip(calls, attempts, strict=True)]
    assert [one["cost_usd"] for one in attempts] == owed
    spent, reserved = account(cloud, f"JOB#{job['id']}", "ACCOUNT")
    total = round(job["cost"]["total_usd"] * 1_000_000)
    return (spent, reserved) == (total, 0) and total == round(sum(owed) * 1_000_000)


def billed(call: dict[str, Any], attempt: dict[str, Any]) -> float:
    """By the tokens of the answer where it came, else by the picture that was made for nobody."""
    counted = attempt["priced"] is not None and attempt["priced"]["by"] == "usage"
    return float(call["counted_usd"] if counted else call["billed_usd"])


def account(cloud: Cloud, pk: str, sk: str) -> tuple[int, int]:
    """What an account has spent, and what is set aside in it."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    item = (
        cloud.aws("dynamodb").get_item(TableName=cloud.outputs["JobsTable"], Key=key, ConsistentRead=True).get("Item")
    )
    if item is None:
        return 0, 0
    committed, reserved = int(item["committed"]["N"]), int(item["reserved"]["N"])
    return committed - reserved, reserved
