"""What `cavendish up` may be asked for, and what it answers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from local.stack import Deployment

CHECKOUT = Path(__file__).resolve().parents[1]
#: Whose the local key is, and the jobs of the files in the local inbox.
TENANT = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """The options of `cavendish up`, with their defaults."""

    root: Path = CHECKOUT
    port: int | None = None
    weather: str = "calm"
    learning: bool = True
    routes: Mapping[str, str] = field(default_factory=dict)
    time_scale: float = 1.0
    #: Obey each function's role as AWS would; off only to see whether a refusal is ministack's mistake.
    check_rights: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a running cloud is reached: the fields of the line `up --json` prints, in its order."""

    api: str
    compat: str | None
    key: str
    models: str
    images_bucket: str
    inbox_bucket: str | None
    outbox_bucket: str | None
    endpoint_url: str

    @classmethod
    def at(cls, deployment: Deployment, key: str, models_url: str) -> Self:
        return cls(
            api=f"{deployment.endpoint_url}/_aws/execute-api/{deployment.output('HttpApi')}",
            compat=None,
            key=key,
            models=models_url,
            images_bucket=deployment.output("ImagesBucket"),
            inbox_bucket=deployment.outputs.get("InboxBucket"),
            outbox_bucket=deployment.outputs.get("OutboxBucket"),
            endpoint_url=deployment.endpoint_url,
        )

    def as_json(self) -> str:
        return json.dumps(asdict(self))
