"""What the tools for templates say, shown the workflow's definition too: they do not open its file."""

import copy
import json
from typing import Any

from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]

from tests.template.resources import Template, read_definition


def complaints(template: Template, definition: dict[str, Any]) -> list[str]:
    """Of the translated template: in a SAM resource cfn-lint does not look at a definition."""
    body = copy.deepcopy(template.body)
    properties = body["Resources"]["Workflow"]["Properties"]
    del properties["DefinitionString"]
    properties["Definition"] = definition
    found = lint(json.dumps(body), config=ManualArgs(regions=["us-east-1"]))
    return [f"{one.rule.id} {one.message}" for one in found]


def test_cfn_lint_finds_nothing_in_what_cloudformation_gets(deployed: Template, definition: dict[str, Any]) -> None:
    assert complaints(deployed, definition) == []


def test_cfn_lint_looks_into_the_definition(deployed: Template) -> None:
    wrong = copy.deepcopy(read_definition())
    wrong["States"]["Settle job"]["ResultPath"] = "$.a_field_of_the_other_query_language"

    assert any("ResultPath" in complaint for complaint in complaints(deployed, wrong))


def test_sam_translates_the_template(deployed: Template) -> None:
    assert not [one for one in deployed.resources.values() if one.type.startswith("AWS::Serverless::")]
