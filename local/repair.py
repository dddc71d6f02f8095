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
    iam = aws.client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if actions := sorted(set(_task_actions(iam, role["RoleName"]))):
                statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
                document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
                iam.put_role_policy(RoleName=role["RoleName"], PolicyName="AnyTaskToken", PolicyDocument=document)


def _task_actions(iam: Any, role: str) -> Iterator[str]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                if action.startswith("states:SendTask"):
                    yield action


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
