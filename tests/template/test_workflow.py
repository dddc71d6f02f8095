"""The workflow's definition: it holds together, and says the same words as the code."""

import json
import re
from pathlib import Path
from typing import Any

import jsonata  # type: ignore[import-untyped]
import moto
import pytest

from cavendish.attempt import AttemptMessage
from cavendish.errors import AttemptError
from cavendish.job import GRACE_S
from cavendish.ladder.plan import Rule
from cavendish.outcome import Billed, Outcome
from cavendish.request import WAIT_MAX_S
from tests.template.asl import evaluated, expressions, ladder, machines, nexts, states
from tests.template.resources import Template, most, read_definition


def test_every_way_leads_to_a_state(definition: dict[str, Any]) -> None:
    for start, inside in machines(definition):
        assert start in inside
        for name, state in inside.items():
            assert nexts(state) <= set(inside), f"{name} leads nowhere"
            assert nexts(state) or state.get("End"), f"{name} has no end"


def test_every_state_is_reached(definition: dict[str, Any]) -> None:
    for start, inside in machines(definition):
        reached, new = set[str](), {start}
        while new:
            reached |= new
            new = {after for name in new for after in nexts(inside[name])} - reached

        assert reached == set(inside)


def test_every_task_has_a_time_limit_that_is_a_number(definition: dict[str, Any]) -> None:
    for task in states(definition, "Task"):
        assert isinstance(task["TimeoutSeconds"], int)


def test_an_attempt_may_wait_as_long_as_its_job(definition: dict[str, Any]) -> None:
    longest_s = WAIT_MAX_S + most("deadline_s")

    assert longest_s + GRACE_S < ladder(definition)["Make attempt"]["TimeoutSeconds"] <= definition["TimeoutSeconds"]


@pytest.mark.parametrize(("said", "deadline_at"), [({"deadline_at": 9.5}, 9.5), ({"deadline_at": None}, 7), ({}, 7)])
def test_a_deadline_of_which_a_report_tells_takes_the_place_of_the_one_before(
    definition: dict[str, Any], said: dict[str, float | None], deadline_at: float
) -> None:
    (first,) = expressions(ladder(definition)["Start at the top"]["Assign"]["deadline_at"])
    (then,) = expressions(ladder(definition)["Weigh the outcome"]["Assign"]["deadline_at"])

    assert first == "$states.input.plan.deadline_at"
    assert evaluated(then, report=said, deadline_at=7) == deadline_at
    assert "plan.deadline_at" not in json.dumps(ladder(definition)["What follows"])


def test_settling_may_take_as_long_as_its_function(definition: dict[str, Any], deployed: Template) -> None:
    assert definition["States"]["Settle job"]["TimeoutSeconds"] > deployed["SettleFunction"]["Timeout"]


#: The emulator here never fails to send, so the names are held to another emulator's.
UNSENT = ["SQS.AmazonSQSException", "SQS.SdkClientException"]
MOTO = (
    Path(moto.__file__).parent
    / "stepfunctions/parser/asl/component/state/exec/state_task/service/state_task_service_sqs.py"
)


def test_what_fails_an_attempt_is_caught_by_name(definition: dict[str, Any]) -> None:
    caught = [name for way in ladder(definition)["Make attempt"]["Catch"] for name in way["ErrorEquals"]]

    assert sorted(caught) == sorted([*AttemptError, *UNSENT])


def test_a_message_that_was_not_sent_is_sent_again_by_the_names_that_aws_gives(definition: dict[str, Any]) -> None:
    (again,) = ladder(definition)["Make attempt"]["Retry"]

    assert again["ErrorEquals"] == UNSENT
    assert f'"{UNSENT[0]}"' in MOTO.read_text()


def test_failures_have_names_and_a_time_out_is_never_repeated(definition: dict[str, Any]) -> None:
    ways = [way for state in states(definition) for way in (*state.get("Retry", []), *state.get("Catch", []))]
    names = {name for way in ways for name in way["ErrorEquals"]}

    assert not {"States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout"} & names


def test_what_is_repeated_has_an_end_and_jitter(definition: dict[str, Any]) -> None:
    for retry in [way for state in states(definition) for way in state.get("Retry", [])]:
        assert retry["MaxAttempts"] <= 6
        assert retry["MaxDelaySeconds"] <= 60
        assert retry["JitterStrategy"] == "FULL"


def test_the_message_is_what_the_generator_reads(definition: dict[str, Any]) -> None:
    body = ladder(definition)["Make attempt"]["Arguments"]["MessageBody"]

    fields = {field.alias or name for name, field in AttemptMessage.model_fields.items()}
    assert set(body) == fields - {"turned_away"}  # which only who turns a message away counts
    assert body["v"] == 1


def test_no_prompt_travels(definition: dict[str, Any]) -> None:
    assert "prompt" not in json.dumps(definition).lower()
    assert not {"prompt", "request"} & set(AttemptMessage.model_fields)


def test_the_choices_know_every_rule(definition: dict[str, Any]) -> None:
    conditions = [choice["Condition"] for choice in ladder(definition)["What follows"]["Choices"]]
    compared = [text for one in conditions for text in re.findall(r"\$rule (?:=|in) ('\w+'|\[[^]]*\])", one)]
    named = {name for text in compared for name in re.findall(r"'(\w+)'", text)}

    assert named == set(Rule) - {Rule.LOWER}, "to lower is what is left when no other choice is taken"


def test_the_outcomes_that_the_workflow_gives_are_known(definition: dict[str, Any]) -> None:
    reports = [way["Assign"]["report"] for way in ladder(definition)["Make attempt"]["Catch"]]

    assert {report["outcome"] for report in reports} <= set(Outcome)
    assert {report["billed"] for report in reports} <= set(Billed)


@pytest.mark.parametrize("expression", sorted(set(expressions(read_definition()))))
def test_every_expression_can_be_read(expression: str) -> None:
    assert jsonata.Jsonata(expression)


def test_every_substitution_is_given_and_used(source: Template) -> None:
    named = set(re.findall(r"\$\{(\w+)\}", json.dumps(read_definition())))

    assert named == set(source["Workflow"]["DefinitionSubstitutions"])


def test_the_log_is_where_vended_logs_belong(deployed: Template) -> None:
    (log,) = deployed["Workflow"]["LoggingConfiguration"]["Destinations"]
    group = deployed.at(log["CloudWatchLogsLogGroup"]["LogGroupArn"])

    assert group
    assert group["LogGroupName"]["Fn::Sub"].startswith("/aws/vendedlogs/states/")
    assert deployed["Workflow"]["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_an_execution_that_ends_without_settling_is_settled(deployed: Template) -> None:
    pattern = deployed["SettleFunctionWorkflowEnded"]["EventPattern"]

    assert pattern["detail"] == {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [{"Ref": "Workflow"}]}
