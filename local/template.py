"""The template as the local cloud gets it: its own, but for where the code lies. Nothing else may be changed here."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from local import package
from local.errors import CloudError
from local.package import Artifact

Template = dict[str, Any]
Make = Callable[[Path], Artifact]


def workflow(path: Path) -> Artifact:
    """As JSON: AWS takes YAML too, ministack takes it and then fails each execution."""
    return Artifact(json.dumps(_parsed(path, yaml.safe_load)).encode(), "json")


#: What SAM looks for on this machine, and how it is made.
LOCATIONS: dict[tuple[str, str], Make] = {
    ("AWS::Serverless::Function", "CodeUri"): package.functions,
    ("AWS::Serverless::LayerVersion", "ContentUri"): package.layer,
    ("AWS::Serverless::StateMachine", "DefinitionUri"): workflow,
}


def load(path: Path) -> Template:
    """The template with its short tags (!Ref, !Sub, ...) spelled out."""
    return _parsed(path, yaml_parse)


def _parsed(path: Path, parse: Callable[[str], Any]) -> dict[str, Any]:
    try:
        parsed = parse(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise CloudError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(parsed, dict):
        raise CloudError(f"{path.name} holds no mapping.")
    return parsed


def artifacts(template: Template, root: Path) -> dict[str, Artifact]:
    """What has to be uploaded, by the path the template names."""
    return {place[name]: make(root / place[name]) for place, name, make in _places(template)}


def with_code_at(template: Template, locations: dict[str, str]) -> Template:
    """The same template, its local paths replaced by where they were uploaded to."""
    moved = copy.deepcopy(template)
    for place, name, _ in _places(moved):
        place[name] = locations[place[name]]
    return moved


def _places(template: Template) -> Iterator[tuple[dict[str, Any], str, Make]]:
    for resource in template.get("Resources", {}).values():
        yield from _named_in(resource.get("Properties", {}), resource.get("Type", ""))
    for kind, defaults in template.get("Globals", {}).items():
        yield from _named_in(defaults, f"AWS::Serverless::{kind}")


def _named_in(properties: dict[str, Any], kind: str) -> Iterator[tuple[dict[str, Any], str, Make]]:
    for (wanted, name), make in LOCATIONS.items():
        if kind == wanted and isinstance(properties.get(name), str):
            yield properties, name, make
