"""The resources of template.yaml, for tests that make them in moto."""

from pathlib import Path
from typing import Any

import yaml


class Loader(yaml.SafeLoader):
    """Reads a template, and nothing into CloudFormation's tags."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
_TEMPLATE = (Path(__file__).parents[2] / "template.yaml").read_text("utf-8")
RESOURCES: dict[str, Any] = yaml.load(_TEMPLATE, Loader)["Resources"]
