"""The template deployed: code uploaded under names made of its content, the stack created or updated."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import template
from local.aws import Aws
from local.errors import CloudError

STACK = "cavendish"
ARTIFACTS = "cavendish-artifacts"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack that stands, and where it answers."""

    outputs: dict[str, str]
    endpoint_url: str

    def output(self, name: str) -> str:
        if name not in self.outputs:
            raise CloudError(f"The template has no output {name}.")
        return self.outputs[name]


def create(aws: Aws, root: Path, values: Mapping[str, str]) -> Deployment:
    """Deploy the checkout. Of the values only those are passed that the template declares."""
    aws.client("s3").create_bucket(Bucket=ARTIFACTS)
    source, url = _upload(aws, root)
    declared = source.get("Parameters", {})
    given = [{"ParameterKey": name, "ParameterValue": values[name]} for name in declared if name in values]
    return _deploy(aws, "create_stack", TemplateURL=url, Parameters=given)


def update(aws: Aws, root: Path) -> Deployment:
    """Deploy what changed since; parameters stay what they were."""
    source, url = _upload(aws, root)
    known = {parameter["ParameterKey"] for parameter in _stack(aws.client("cloudformation")).get("Parameters", [])}
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in source.get("Parameters", {}) if name in known]
    return _deploy(aws, "update_stack", TemplateURL=url, Parameters=kept)


def _upload(aws: Aws, root: Path) -> tuple[template.Template, str]:
    s3 = aws.client("s3")
    source = template.load(root / "template.yaml")
    made = template.artifacts(source, root)
    for artifact in made.values():
        s3.put_object(Bucket=ARTIFACTS, Key=artifact.key, Body=artifact.body)
    moved = template.with_code_at(source, {path: f"s3://{ARTIFACTS}/{artifact.key}" for path, artifact in made.items()})
    s3.put_object(Bucket=ARTIFACTS, Key="template.json", Body=json.dumps(moved, default=str))
    return source, f"{aws.endpoint_url}/{ARTIFACTS}/template.json"


def _deploy(aws: Aws, act: str, **arguments: Any) -> Deployment:
    cloudformation = aws.client("cloudformation")
    try:
        getattr(cloudformation, act)(StackName=STACK, Capabilities=CAPABILITIES, **arguments)
        _wait(cloudformation)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise CloudError(f"The template was refused: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:
        raise CloudError(f"The stack was not deployed: {error}") from error
    outputs = _stack(cloudformation).get("Outputs", [])
    return Deployment({output["OutputKey"]: output["OutputValue"] for output in outputs}, aws.endpoint_url)


def _wait(cloudformation: Any) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (status := _stack(cloudformation)["StackStatus"]) not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        if not status.endswith("_IN_PROGRESS"):
            raise CloudError(f"The stack was not deployed: {_reason(cloudformation) or status}")
        if time.monotonic() > deadline:
            raise CloudError(f"The stack was not deployed within {DEADLINE_SECONDS:.0f} seconds.")
        time.sleep(0.05)


def _stack(cloudformation: Any) -> dict[str, Any]:
    stacks: list[dict[str, Any]] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return stacks[0]


def _reason(cloudformation: Any) -> str:
    """The first thing that failed since the stack was last touched; all after it is consequence."""
    newest_first = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    since = itertools.takewhile(lambda event: event.get("ResourceStatusReason") != "User Initiated", newest_first)
    failed = [event for event in since if event["ResourceStatus"].endswith("_FAILED")]
    return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', '')}" if failed else ""
