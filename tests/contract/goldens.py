"""The requests as they have to go out, one file for each route, each with where it is written that they go out so."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cavendish.catalog.file import catalog
from cavendish.ladder.plan import Call
from tests.contract.calling import wish

FOLDER = Path(__file__).with_name("requests")
#: Stands for the prompt in the files.
PROMPT = "{prompt}"


@dataclass(frozen=True, slots=True)
class Golden:
    route: str
    call: Call
    url: str
    header: str
    body: Any

    def __str__(self) -> str:
        return f"{self.route}-{self.call.model}-{self.call.size}-{self.call.thinking}"

    def said(self, prompt: str) -> Any:
        """The body with a prompt in its place."""
        return json.loads(json.dumps(self.body).replace(PROMPT, prompt))


def read(route: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{route}.json").read_text())
    return content


def goldens() -> list[Golden]:
    return [
        Golden(route, wish(route, **one["call"]), one["url"], file["header"], one["body"])
        for route in catalog().routes
        for file in [read(route)]
        for one in file["requests"]
    ]
