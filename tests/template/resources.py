"""The template as it is written, and as SAM hands it to CloudFormation."""

import copy
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from cavendish.request import JobRequest

ROOT = Path(__file__).parents[2]
ANYWHERE = "s3://somewhere/code"
#: The managed policies that SAM would look up in the account.
MANAGED = {
    "AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}


@dataclass(frozen=True)
class Resource:
    """One resource: its properties by key, all else it says of itself in `rest`."""

    id: str
    type: str
    rest: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.rest["Properties"][name]

    def get(self, name: str) -> Any:
        return self.rest["Properties"].get(name)

    @property
    def arn(self) -> Any:
        return {"Fn::GetAtt": [self.id, "Arn"]}

    @property
    def ref(self) -> Any:
        return {"Ref": self.id}


class Template:
    """A template, asked for its resources."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.resources = {name: Resource(name, rest["Type"], rest) for name, rest in body["Resources"].items()}

    def __getitem__(self, name: str) -> Resource:
        return self.resources[name]

    def all(self, kind: str) -> list[Resource]:
        return [one for one in self.resources.values() if one.type == kind]

    def at(self, target: Any) -> Resource | None:
        """The resource that a Ref or GetAtt leads to."""
        name = target.get("Ref") or target.get("Fn::GetAtt", [None])[0] if isinstance(target, dict) else None
        return self.resources.get(name or "")

    def number(self, value: Any) -> int:
        """A number, or the least a parameter may be."""
        parameter = self.body["Parameters"][value["Ref"]] if isinstance(value, dict) else {"MinValue": value}
        return int(parameter["MinValue"])

    def statements(self, role: Resource) -> Iterator[dict[str, Any]]:
        for policy in role.get("Policies") or []:
            yield from policy["PolicyDocument"]["Statement"]


@cache
def read_source() -> Template:
    """template.yaml, its short tags spelled out."""
    return Template(yaml_parse((ROOT / "template.yaml").read_text()))


@cache
def read_definition() -> dict[str, Any]:
    """workflow.asl.yaml."""
    definition: dict[str, Any] = yaml.safe_load((ROOT / "workflow.asl.yaml").read_text())
    return definition


@cache
def translate() -> Template:
    """What CloudFormation gets: after the SAM transform, the workflow's definition inlined."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of a switch that only AWS has
    packaged = copy.deepcopy(read_source().body)
    packaged["Globals"]["Function"]["CodeUri"] = ANYWHERE
    for resource in packaged["Resources"].values():
        if "ContentUri" in resource["Properties"]:
            resource["Properties"]["ContentUri"] = ANYWHERE
        if resource["Properties"].pop("DefinitionUri", None):
            resource["Properties"]["Definition"] = read_definition()
    translator = Translator(MANAGED, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    # By way of JSON: the translator's dictionaries are of classes of its own.
    return Template(json.loads(json.dumps(translator.translate(packaged, {}))))


def most(field: str) -> int:
    """The largest number that a request may have in this field."""
    limits = JobRequest.model_fields[field].metadata
    return next(int(limit.le) for limit in limits if hasattr(limit, "le"))
