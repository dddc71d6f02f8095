"""Pictures that are answered by link: kept for a while, and served to whoever has the address."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from local.model_server.fate import Fate
from local.model_server.studio import Shot

MOST = 200
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Asset:
    shot: Shot
    fate: Fate


@dataclass(slots=True)
class Assets:
    _kept: OrderedDict[str, Asset] = field(default_factory=OrderedDict)

    def put(self, shot: Shot, fate: Fate) -> str:
        """The path of its address. The oldest make room."""
        name = hashlib.sha256(shot.data).hexdigest()[:24]
        self._kept[name] = Asset(shot, fate)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return f"/_assets/{name}.{ENDINGS.get(shot.mime, 'bin')}"

    def get(self, name: str) -> Asset | None:
        return self._kept.get(name)
