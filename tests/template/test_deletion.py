"""What deletes jobs may do so, nothing is deleted before its time, and the index of lists has what filters ask for."""

import json
from typing import Any

import pytest

from adapters.jobs_list import _FIELDS
from tests.template.resources import Template, most

DAY_S = 86_400


def allowed(template: Template, name: str, target: Any) -> set[str]:
    """What a function may do to a resource, or to a part of it."""
    statements = template.statements(template[f"{name}Role"])
    rights = [one["Action"] for one in statements if json.dumps(target) in json.dumps(one["Resource"])]
    return {action for right in rights for action in ([right] if isinstance(right, str) else right)}


@pytest.mark.parametrize("name", ["ApiFunction", "WatchdogFunction"])
def test_who_deletes_jobs_may_do_all_that_it_takes(name: str, deployed: Template) -> None:
    table, bucket = deployed["JobsTable"], deployed["ImagesBucket"]

    assert {"dynamodb:BatchWriteItem", "dynamodb:Query", "dynamodb:PutItem"} <= allowed(deployed, name, table.arn)
    assert "s3:ListBucket" in allowed(deployed, name, bucket.arn)
    assert "s3:DeleteObject" in json.dumps([*deployed.statements(deployed[f"{name}Role"])])


@pytest.mark.parametrize("name", ["DispatchFunction", "GenerateFunction", "SettleFunction", "DeadLettersFunction"])
def test_nobody_else_may_delete_anything(name: str, deployed: Template) -> None:
    rights = json.dumps([*deployed.statements(deployed[f"{name}Role"])])

    assert not [right for right in ("Delete", "BatchWriteItem") if right in rights.replace("LogDelivery", "")]


def test_no_picture_is_deleted_before_the_end_of_the_longest_retention(deployed: Template) -> None:
    days = deployed.body["Parameters"]["ImagesExpireAfterDays"]["Default"]

    assert days * DAY_S > most("retention_s") + most("deadline_s")


def test_the_index_of_lists_has_what_the_filters_ask_for(deployed: Template) -> None:
    (index,) = [one for one in deployed["JobsTable"]["GlobalSecondaryIndexes"] if one["IndexName"] == "tenant"]
    keys = [(one["AttributeName"], one["KeyType"]) for one in index["KeySchema"]]

    assert keys == [("tenant", "HASH"), ("pk", "RANGE")]
    assert set(index["Projection"]["NonKeyAttributes"]) == {*_FIELDS.values(), "kept_until"}


def test_the_list_may_be_read_by_the_door_alone(deployed: Template) -> None:
    index = {"Fn::Sub": "${JobsTable.Arn}/index/tenant"}
    functions = [one.id for one in deployed.all("AWS::Lambda::Function")]

    assert [one for one in functions if allowed(deployed, one, index)] == ["ApiFunction"]
    assert allowed(deployed, "ApiFunction", index) == {"dynamodb:Query"}
