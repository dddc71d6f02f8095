"""What is kept: private, encrypted, there after the stack is gone, and for as long as was said."""

import json

import pytest

from tests.template.resources import Resource, Template

KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue")
#: Properties that fix a physical name, so that a second stack could not stand beside the first.
NAMES = ("BucketName", "FunctionName", "LayerName", "LogGroupName", "Name", "QueueName", "RoleName", "TableName")
#: What has a name all the same, always with the stack's in it, and why.
NAMED = {
    "EventBus": "a bus must be given one",
    "HttpApi": "the name of an API is a label, and must be given",
    "ProviderKeysSecret": "so that the policy can be written without the random suffix",
    "WorkflowLogGroup": "below /aws/vendedlogs/, else the resource policy of log delivery outgrows its limit",
}


@pytest.mark.parametrize("kind", KEPT)
def test_what_holds_data_outlives_its_stack(kind: str, deployed: Template) -> None:
    for resource in deployed.all(kind):
        assert resource.rest["DeletionPolicy"] == "Retain"
        assert resource.rest["UpdateReplacePolicy"] == "Retain"


def test_a_bucket_is_private(bucket: Resource) -> None:
    block = bucket["PublicAccessBlockConfiguration"]

    assert set(block) == {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
    assert all(value is True for value in block.values())
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_a_bucket_is_encrypted(bucket: Resource) -> None:
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")


def test_a_bucket_refuses_who_comes_without_tls(bucket: Resource, deployed: Template) -> None:
    policy = next(one for one in deployed.all("AWS::S3::BucketPolicy") if one["Bucket"] == bucket.ref)
    denied = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]

    assert any(one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for one in denied)
    assert {"Fn::Sub": f"${{{bucket.id}.Arn}}/*"} in denied[0]["Resource"]
    assert bucket.arn in denied[0]["Resource"]


def test_a_bucket_forgets(bucket: Resource) -> None:
    rules = bucket["LifecycleConfiguration"]["Rules"]

    assert all(rule["Status"] == "Enabled" for rule in rules)
    assert any("ExpirationInDays" in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_a_table_can_be_restored_and_is_encrypted(table: Resource) -> None:
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}


def test_a_table_costs_what_is_used(table: Resource) -> None:
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_a_table_tells_of_new_rows_and_forgets_old_ones(table: Resource) -> None:
    assert table["StreamSpecification"]["StreamViewType"] in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_every_log_is_deleted_some_day(log_group: Resource) -> None:
    assert log_group["RetentionInDays"]


def test_two_stacks_can_stand_beside_each_other(source: Template) -> None:
    named = {
        one.id: one[name]
        for one in source.resources.values()
        if one.type != "AWS::Lambda::Permission"
        for name in NAMES
        if one.get(name)
    }

    assert set(named) == set(NAMED)
    assert all("AWS::StackName" in json.dumps(name) for name in named.values())
