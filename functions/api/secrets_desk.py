"""What callers are told of the keys that sign: the routes' other half, loaded when the first of them is asked."""

from typing import Any

import wiring
from cavendish.pipeline.webhook.endpoints import rotate_tenant_secret
from cavendish.webhook.secret import TenantSecret
from wired import webhook_keys, webhooks


def read(tenant: str) -> dict[str, Any]:
    return _view(webhooks.endpoints().tenant_secret(tenant))


def rotate(tenant: str) -> dict[str, Any]:
    rotated = rotate_tenant_secret(tenant, endpoints=webhooks.endpoints(), now=wiring.clock())
    wiring.logger.info("secret.rotated", tenant=tenant, version=rotated.version)
    return _view(rotated)


def public() -> dict[str, Any]:
    return {"keys": [webhook_keys.signer().public_key()]}


def _view(secret: TenantSecret) -> dict[str, Any]:
    return {"secret": webhook_keys.signer().tenant_secret(secret.tenant, secret.version), "version": secret.version}
