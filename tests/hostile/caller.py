"""The product's caller with its real clients, every route of which leads to one server."""

import time
from typing import Any
from urllib.parse import urlsplit

from adapters.model_http import ModelHttp
from adapters.safe_fetch import SafeFetch
from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.pipeline.call import Caller
from tests.hostile.memory import Files


def credential(route: str) -> Credential:
    return Credential("key", account="projects/p/locations/global") if route == "vertex" else Credential("key")


def bases(url: str) -> dict[str, str]:
    """One server for all routes, shaped like each provider's own."""
    return {name: url + urlsplit(route.base_url).path for name, route in catalog().routes.items()}


def caller(url: str, files: Files, images: Any = None) -> Caller:
    return Caller(
        models=ModelHttp(credential, bases(url), time.monotonic),
        web=SafeFetch(time.monotonic, local_http=True),
        images=images,
        catalog=catalog(),
        open_file=files.open,
        clock=time.monotonic,
        pause=time.sleep,
    )
