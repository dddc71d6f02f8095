"""What a fresh local cloud is given that no template may hold: the routes' dummy keys, and a key for the caller."""

import json
from collections.abc import Callable

from local.aws import Aws
from local.models import ROUTES
from local.stack import Deployment

#: Creates a caller's API key in the deployed cloud and returns it.
MakeKey = Callable[[Deployment], str]


def seed(deployment: Deployment, make_key: MakeKey) -> str:
    """Make it usable, and return the caller's key."""
    keys = json.dumps(dict.fromkeys(ROUTES, "local"))
    secret = deployment.output("ProviderKeysSecret")
    Aws(deployment.endpoint_url).client("secretsmanager").put_secret_value(SecretId=secret, SecretString=keys)
    return make_key(deployment)
