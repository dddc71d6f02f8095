"""The vocabulary of outcomes: one set of words for the table, the architecture, the policies and the workflow."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cavendish.errors import AttemptError
from cavendish.ladder.plan import Rule
from cavendish.ladder.policy import POLICIES
from cavendish.outcome import TABLE, Billed, Blame, Outcome, report

#: Architecture, section 5.
WORDS = """
ok throttled quota_day quota_zero overloaded timed_out connection_lost refused_input refused_output no_image wrong_size
wrong_model truncated not_an_image garbled bad_request bad_key model_gone lost_worker undeliverable expired cancelled
over_budget circuit_open
"""
WORKFLOW = (Path(__file__).parents[2] / "workflow.asl.yaml").read_text("utf-8")
MAKE_ATTEMPT: dict[str, Any] = yaml.safe_load(WORKFLOW)["States"]["Walk the ladders"]["ItemProcessor"]["States"][
    "Make attempt"
]


def test_the_outcomes_are_those_that_the_architecture_names_and_one_more() -> None:
    assert sorted(WORDS.split()) == sorted(Outcome)


def test_every_outcome_has_a_row_with_a_title() -> None:
    assert set(TABLE) == set(Outcome)
    assert all(row.title and row.title[0].isupper() and row.title[-1] != "." for row in TABLE.values())


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_says_what_follows_each_outcome(name: str) -> None:
    assert set(POLICIES[name].rules) == set(Outcome)
    assert set(POLICIES[name].last_rules) <= set(Outcome)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_takes_a_picture_and_nothing_else(name: str) -> None:
    rules = {**POLICIES[name].rules, **POLICIES[name].last_rules}

    assert [outcome for outcome, rule in rules.items() if rule is Rule.TAKE] == [Outcome.OK]


@pytest.mark.parametrize("outcome", [Outcome.EXPIRED, Outcome.CANCELLED, Outcome.OVER_BUDGET, Outcome.BAD_REQUEST])
def test_no_policy_repeats_what_cannot_become_better(outcome: Outcome) -> None:
    # A model that would cost too much may be followed by a cheaper one.
    ways_on = {Rule.NEXT_ROUTE} if outcome is Outcome.OVER_BUDGET else set()

    assert {policy.rules[outcome] for policy in POLICIES.values()} == {Rule.FAIL, *ways_on}


#: What Step Functions calls it when SQS took no message.
UNSENT = ("SQS.AmazonSQSException", "SQS.SdkClientException")


def test_the_workflow_catches_exactly_the_errors_that_attempts_fail_with() -> None:
    caught = [name for catch in MAKE_ATTEMPT["Catch"] for name in catch["ErrorEquals"]]

    assert sorted(caught) == sorted([*AttemptError, *UNSENT])


def test_each_error_is_weighed_as_the_outcome_it_stands_for() -> None:
    said = {catch["ErrorEquals"][0]: catch["Assign"]["report"] for catch in MAKE_ATTEMPT["Catch"]}
    expected = {
        AttemptError.LOST: Outcome.LOST_WORKER,
        AttemptError.UNDELIVERABLE: Outcome.UNDELIVERABLE,
        AttemptError.EXPIRED: Outcome.EXPIRED,
        UNSENT[0]: Outcome.UNDELIVERABLE,
    }

    assert said == {error: {"outcome": end, "billed": TABLE[end].billed} for error, end in expected.items()}


def test_the_rules_that_the_workflow_follows_are_rules() -> None:
    compared = set(re.findall(r"\$rule = '(\w+)'", WORKFLOW)) | set(re.findall(r"\$rule \? \$rule : '(\w+)'", WORKFLOW))
    listed = set(re.findall(r"'(\w+)'", " ".join(re.findall(r"\$rule in \[([^]]+)\]", WORKFLOW))))

    assert compared | listed <= set(Rule)
    assert compared | listed | {Rule.LOWER} == set(Rule)  # to lower is what is left when nothing else is possible


def test_a_report_has_the_tables_word_on_billing_unless_the_attempt_knows_better() -> None:
    assert report(Outcome.TIMED_OUT).billed is Billed.UNKNOWN
    assert report(Outcome.TIMED_OUT, billed=Billed.NO).billed is Billed.NO
    assert report(Outcome.THROTTLED).detail == "The model throttled the call"
    assert report(Outcome.THROTTLED, detail="slow down").detail == "slow down"


def test_what_was_not_called_is_not_billed() -> None:
    never_called = {Outcome.EXPIRED, Outcome.CANCELLED, Outcome.OVER_BUDGET, Outcome.UNDELIVERABLE}

    assert {TABLE[outcome].billed for outcome in never_called} == {Billed.NO}
    assert {outcome for outcome, row in TABLE.items() if row.blame is Blame.CALLER} >= {Outcome.CANCELLED}
