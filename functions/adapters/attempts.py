"""Attempts in the table of jobs: each begins and ends in one transaction with the accounts that pay for it."""

from typing import Any

from adapters.accounts import Accounts, Place, kept_until
from adapters.reads import row
from adapters.rows import ATTEMPT, JOB, attempt_row, number, paid_from, read_attempt, text
from adapters.transaction import put, write
from cavendish.attempt import REPORT_AFTER_S, Attempt, AttemptKey, Result, State
from cavendish.errors import CallRefused, EndNotWritten, MoneyHeld, OverBudget
from cavendish.money.money import micros
from cavendish.outcome import Outcome


class Attempts:
    """The half of the port Jobs that concerns attempts."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._accounts = Accounts(client, table)

    def attempts(self, job_id: str, image: int | None = None) -> list[Attempt]:
        of = ATTEMPT if image is None else f"{ATTEMPT}{image}-"
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": text(f"JOB#{job_id}"), ":sk": text(of)},
        )
        attempts = [read_attempt(row) for page in pages for row in page["Items"]]
        return sorted(attempts, key=lambda one: (one.started_at, one.path))

    def begin(self, attempt: Attempt, now: float, max_cost: int | None = None) -> None:
        charges = self._accounts.charges(attempt, attempt.hold, max_cost) if attempt.hold else []
        row = attempt_row(attempt, [charge.place for charge in charges])
        items = [self._job_may_call(attempt, now), put(self._table, row)]
        held = [(self._accounts.set_aside(one, kept_until(one.place, attempt)), one.refused) for one in charges]
        refused = CallRefused(f"attempt {attempt.path} of job {attempt.job_id} may not call")
        try:
            write(self._client, items, refused, held)
        except OverBudget as over:
            if over is charges[0].refused and self._accounts.comes_back(charges[0], max_cost):
                raise MoneyHeld(str(over)) from None
            raise

    def ask_again(self, key: AttemptKey, token: str) -> Attempt:
        change = "ADD tokens :token"
        return read_attempt(self._update(key, change, "attribute_exists(pk)", {":token": {"SS": [token]}}))

    def end(self, key: AttemptKey, result: Result, now: float, *, lost: bool = False) -> Attempt | None:
        row = self._row(_place(key))
        if row is None:
            return None
        attempt = read_attempt(row)
        if attempt.state is not State.CALLING:
            self._keep_late(attempt, row, result)
            return None
        changes = "SET #state = :state, #result = :result, outcome = :outcome, ended_at = :now, due_at = :due"
        values = {
            **_result_values(result),
            ":state": text(State.LOST if lost else State.ENDED),
            ":now": number(now),
            ":due": number(now + REPORT_AFTER_S),
            ":calling": text(State.CALLING),
        }
        released = attempt.hold.amount if attempt.hold else 0
        try:
            self._settle(attempt, row, (changes, "#state = :calling", values), micros(result.cost_usd), released)
        except CallRefused:
            return self.end(key, result, now, lost=lost)  # somebody else ended it meanwhile
        ended = self._row(_place(key))
        return read_attempt(ended) if ended else None

    def reported(self, key: AttemptKey) -> None:
        values = {":reported": text(State.REPORTED), ":calling": text(State.CALLING)}
        changes = "SET #state = :reported REMOVE due_shard, due_at"
        self._update(key, changes, "attribute_exists(pk) AND #state <> :calling", values)

    def _keep_late(self, attempt: Attempt, row: dict[str, Any], result: Result) -> None:
        """A success that came after its attempt was given up as lost is kept, for the next attempt to adopt.

        What it cost takes the place of what it was taken to have cost, once.
        """
        if result.image is None or attempt.result is None or attempt.result.report.outcome is not Outcome.LOST_WORKER:
            return
        values = {**_result_values(result), ":lost": text(Outcome.LOST_WORKER)}
        more = micros(result.cost_usd) - micros(attempt.result.cost_usd)
        try:
            self._settle(attempt, row, ("SET #result = :result, outcome = :outcome", "outcome = :lost", values), more)
        except CallRefused:
            return

    def _settle(
        self,
        attempt: Attempt,
        row: dict[str, Any],
        update: tuple[str, str, dict[str, Any]],
        spent: int,
        released: int = 0,
    ) -> None:
        places = [Place(pk, sk) for pk, sk in paid_from(row)]
        paid = self._accounts.settle(attempt, places, spent=spent, released=released)
        refused = CallRefused(f"attempt {attempt.path} of job {attempt.job_id} has moved on")
        busy = EndNotWritten(f"attempt {attempt.path} of job {attempt.job_id} could not be paid for")
        write(self._client, [{"Update": self._changed(attempt.key, *update)}, *paid], refused, busy=busy)

    def _job_may_call(self, attempt: Attempt, now: float) -> dict[str, Any]:
        values = {":queued": text("queued"), ":running": text("running"), ":now": number(now)}
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": Place(f"JOB#{attempt.job_id}", JOB).key,
                "ConditionExpression": "#status IN (:queued, :running) AND deadline_at > :now",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": values,
            }
        }

    def _row(self, place: Place) -> dict[str, Any] | None:
        return row(self._client, self._table, *place)

    def _update(self, key: AttemptKey, changes: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._client.update_item(**self._changed(key, changes, condition, values), ReturnValues="ALL_NEW")
        except self._client.exceptions.ConditionalCheckFailedException:
            raise CallRefused(f"attempt {key.path} of job {key.job_id} has moved on") from None
        row: dict[str, Any] = answer["Attributes"]
        return row

    def _changed(self, key: AttemptKey, changes: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
        reserved = {"#state": "state", "#result": "result"}
        names = {name: to for name, to in reserved.items() if name in changes + condition}
        return {
            "TableName": self._table,
            "Key": _place(key).key,
            "UpdateExpression": changes,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **({"ExpressionAttributeNames": names} if names else {}),
        }


def _place(key: AttemptKey) -> Place:
    return Place(f"JOB#{key.job_id}", ATTEMPT + key.path)


def _result_values(result: Result) -> dict[str, Any]:
    return {":result": text(result.model_dump_json()), ":outcome": text(result.report.outcome)}
