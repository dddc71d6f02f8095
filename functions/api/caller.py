"""Who is calling: the tenant of the key, checked here only, with a short memory."""

from functools import lru_cache

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api.problems import Unauthorized
from cavendish.key import Key, digest

#: A revoked key works this much longer at most, in seconds.
_REMEMBERED_S = 30


def tenant(router: APIGatewayHttpRouter) -> str:
    """The caller's tenant. Raises Unauthorized."""
    scheme, _, secret = (router.current_event.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthorized("send your key as Authorization: Bearer KEY")
    now = wiring.clock()
    key = _known(digest(secret.strip()), int(now // _REMEMBERED_S))
    if key is None or not key.valid(now):
        raise Unauthorized("this key is unknown or has expired; make one with: cavendish keys create")
    return key.tenant


@lru_cache(maxsize=1024)
def _known(digest: str, window: int) -> Key | None:
    return wiring.keys().get(digest)
