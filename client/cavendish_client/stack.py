"""What a deployed stack says of itself."""

from typing import Any

import boto3


class OutputMissing(Exception):
    """The stack has no such output: it may be somebody else's."""


def output(cloudformation: Any, stack: str, name: str) -> str:
    """One output of a stack. Raises OutputMissing."""
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    found = [str(one["OutputValue"]) for one in outputs if one["OutputKey"] == name]
    if not found:
        raise OutputMissing(f"The stack {stack} has no output {name}; is it Cavendish's?")
    return found[0]


def api_url(stack: str) -> str:
    """The address of a stack's API, with the credentials of the environment. Raises OutputMissing."""
    return output(boto3.client("cloudformation"), stack, "ApiUrl")
