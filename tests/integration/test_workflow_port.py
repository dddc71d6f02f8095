"""The port Workflow: one suite for the fake and for Step Functions; token errors on the real one alone."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters.state_machine import StateMachine
from cavendish.errors import AttemptError, WorkflowClosed
from cavendish.ladder.plan import Plan
from cavendish.outcome import Outcome
from cavendish.ports import Workflow
from tests.builders import JOB_ID, TENANT, a_job, a_report, a_request, a_running_job
from tests.fakes import FakeWorkflow

WAITS = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9999, "End": True}}})
LANES = {"interactive": "https://sqs.test/attempts", "bulk": "https://sqs.test/bulk-attempts"}
ROLE = "arn:aws:iam::123456789012:role/workflow"
OVERLOADED = a_report(Outcome.OVERLOADED, retry_after_s=1.5)


@pytest.fixture
def arn(aws: Any, unused_name: str) -> str:
    """A new state machine that waits."""
    machine = aws("stepfunctions").create_state_machine(name=unused_name, definition=WAITS, roleArn=ROLE)
    arn: str = machine["stateMachineArn"]
    return arn


@pytest.fixture(params=["fake", "step functions"])
def workflow(request: pytest.FixtureRequest) -> Workflow:
    if request.param == "fake":
        fake = FakeWorkflow()
        fake.open["token"] = JOB_ID
        return fake
    return StateMachine(request.getfixturevalue("aws")("stepfunctions"), request.getfixturevalue("arn"), LANES)


def test_a_job_that_was_started_runs(workflow: Workflow) -> None:
    workflow.start(a_running_job())

    assert workflow.runs(JOB_ID)


def test_a_job_that_was_never_started_does_not_run(workflow: Workflow) -> None:
    assert not workflow.runs(JOB_ID)


@pytest.mark.parametrize("again", [a_running_job(), a_running_job(a_request(n=2))])
def test_a_second_start_is_no_second_execution_and_no_error(workflow: Workflow, again: Any) -> None:
    workflow.start(a_running_job())
    workflow.start(again)
    workflow.stop(JOB_ID)

    assert not workflow.runs(JOB_ID)


def test_a_start_gives_the_plan_that_runs(workflow: Workflow) -> None:
    first, again = a_running_job(), a_running_job(a_request(size="4K"))

    assert (workflow.start(first), workflow.start(again), workflow.start(first)) == (first.plan,) * 3


def test_a_start_after_the_end_starts_nothing(workflow: Workflow) -> None:
    workflow.start(a_running_job())
    workflow.stop(JOB_ID)
    workflow.start(a_running_job(a_request(n=3)))

    assert not workflow.runs(JOB_ID)


def test_to_stop_what_does_not_run_does_no_harm(workflow: Workflow) -> None:
    workflow.stop(JOB_ID)
    workflow.start(a_running_job())
    workflow.stop(JOB_ID)
    workflow.stop(JOB_ID)

    assert not workflow.runs(JOB_ID)


def test_only_a_planned_job_is_started(workflow: Workflow) -> None:
    with pytest.raises(AssertionError, match="only a planned job is started"):
        workflow.start(a_job())


def test_a_token_that_is_open_is_answered(workflow: Workflow) -> None:
    workflow.succeed("token", OVERLOADED)

    assert isinstance(workflow, StateMachine) or workflow.heard == [("token", OVERLOADED)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lane", ["interactive", "bulk"])
def test_an_execution_gets_its_images_its_lanes_queue_and_the_plan_but_no_prompt(aws: Any, arn: str, lane: str) -> None:
    client, job = aws("stepfunctions"), a_running_job(a_request(n=3, lane=lane, prompt="top secret"))
    StateMachine(client, arn, LANES).start(job)
    (execution,) = client.list_executions(stateMachineArn=arn)["executions"]
    text = client.describe_execution(executionArn=execution["executionArn"])["input"]
    given = json.loads(text)

    assert "top secret" not in text
    assert Plan.model_validate(given.pop("plan")) == job.plan
    assert given == {"job_id": job.id, "tenant": TENANT, "queue_url": LANES[lane], "images": [0, 1, 2]}
    assert execution["name"] == job.id


def answering(aws: Any, operation: str, code: str | None, sent: dict[str, str]) -> tuple[StateMachine, Stubber]:
    """A state machine that answers so to the one call that is expected."""
    client = aws("stepfunctions")
    stubber = Stubber(client)
    if code:
        stubber.add_client_error(operation, code, expected_params=sent)
    else:
        stubber.add_response(operation, {}, sent)
    return StateMachine(client), stubber


SUCCESS = {"taskToken": "token", "output": OVERLOADED.model_dump_json()}
FAILURE = {"taskToken": "token", "error": "Attempt.Lost"}


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_for_which_nobody_waits_is_closed(aws: Any, code: str) -> None:
    machine, stubber = answering(aws, "send_task_success", code, SUCCESS)
    with stubber, pytest.raises(WorkflowClosed, match=code):
        machine.succeed("token", OVERLOADED)

    machine, stubber = answering(aws, "send_task_failure", code, FAILURE)
    with stubber, pytest.raises(WorkflowClosed, match=code):
        machine.fail("token", AttemptError.LOST)


@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidOutput", "KmsThrottlingException"])
def test_any_other_error_of_aws_is_itself(aws: Any, code: str) -> None:
    machine, stubber = answering(aws, "send_task_success", code, SUCCESS)

    with stubber, pytest.raises(ClientError, match=code):
        machine.succeed("token", OVERLOADED)


def test_what_is_told_is_the_report_as_json_or_the_name_of_the_error(aws: Any) -> None:
    for operation, sent in (("send_task_success", SUCCESS), ("send_task_failure", FAILURE)):
        machine, stubber = answering(aws, operation, None, sent)
        with stubber:
            machine.succeed("token", OVERLOADED) if "output" in sent else machine.fail("token", AttemptError.LOST)
            stubber.assert_no_pending_responses()

    assert json.loads(SUCCESS["output"])["retry_after_s"] == 1.5


def test_a_token_of_the_fake_is_answered_once() -> None:
    fake = FakeWorkflow()
    fake.open["token"] = JOB_ID
    fake.succeed("token", OVERLOADED)

    with pytest.raises(WorkflowClosed):
        fake.fail("token", AttemptError.LOST)
    assert fake.heard == [("token", OVERLOADED)]


def test_a_token_of_the_fake_closes_with_its_execution() -> None:
    fake = FakeWorkflow()
    fake.open = {"token": JOB_ID, "other": "another job"}
    fake.stop(JOB_ID)

    with pytest.raises(WorkflowClosed):
        fake.succeed("token", OVERLOADED)
    assert fake.open == {"other": "another job"}


def test_to_stop_is_best_effort_also_where_aws_cannot_be_reached(unreachable: Any) -> None:
    machine = StateMachine(unreachable("stepfunctions"), "arn:aws:states:us-east-1:1:stateMachine:m")

    assert machine.stop(JOB_ID) is None  # type: ignore[func-returns-value]
