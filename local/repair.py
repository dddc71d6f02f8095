"""Where ministack does otherwise than AWS, put right in the deployed stack: the template need not know of it."""

import json
from collections.abc import Iterator
from typing import Any

from local.aws import Aws


def repair(aws: Aws) -> None:
    """After each deployment: an update may have brought back what was put right before."""
    _allow_plain_http(aws)
    _make_numbers_of_limits(aws)
    _let_any_task_token_do(aws)
    _let_who_sends_send_many(aws)
    _tell_functions_logs_apart(aws)


def _allow_plain_http(aws: Aws) -> None:
    """The buckets' policies refuse who comes without TLS. Here nobody has it, and policies are obeyed."""
    s3 = aws.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.delete_bucket_policy(Bucket=bucket["Name"])


def _make_numbers_of_limits(aws: Aws) -> None:
    """A number that comes from a parameter is kept as text, and one such text stops the polling of every queue."""
    functions = aws.client("lambda")
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            numbers = {name: mapping[name] for name in ("BatchSize", "ScalingConfig") if mapping.get(name)}
            functions.update_event_source_mapping(UUID=mapping["UUID"], **numbers)


def _let_any_task_token_do(aws: Aws) -> None:
    """Nothing tells here to which state machine a token belongs, so a right on one machine would fit none."""
    for role, statements in _roles(aws):
        actions = {action for _, action in _allowed(statements) if action.startswith("states:SendTask")}
        if actions:
            _grant(aws, role, "AnyTaskToken", [{"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}])


def _let_who_sends_send_many(aws: Aws) -> None:
    """To send messages ten at a time is an action of its own here; on AWS it is the right to send one."""
    for role, statements in _roles(aws):
        queues = [one["Resource"] for one, action in _allowed(statements) if action == "sqs:SendMessage"]
        if queues:
            granted = [{"Effect": "Allow", "Action": "sqs:SendMessageBatch", "Resource": one} for one in queues]
            _grant(aws, role, "SendMany", granted)


def _roles(aws: Aws) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every role, with the statements of its policies."""
    iam = aws.client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            name = role["RoleName"]
            named = iam.list_role_policies(RoleName=name)["PolicyNames"]
            policies = [iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in named]
            yield name, [statement for policy in policies for statement in policy["Statement"]]


def _allowed(statements: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for statement in statements:
        actions = statement["Action"]
        yield from ((statement, action) for action in ([actions] if isinstance(actions, str) else actions))


def _grant(aws: Aws, role: str, name: str, statements: list[dict[str, Any]]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def _tell_functions_logs_apart(aws: Aws) -> None:
    """In a group that functions share, AWS names the function in the stream; here nothing would."""
    functions = aws.client("lambda")
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            logging, own = function.get("LoggingConfig", {}), f"/aws/lambda/{function['FunctionName']}"
            if logging.get("LogGroup", own) != own:
                functions.update_function_configuration(
                    FunctionName=function["FunctionName"], LoggingConfig={**logging, "LogGroup": own}
                )
