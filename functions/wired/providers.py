"""What leads to the providers of models: their keys, their addresses, and which of their doors are open."""

import time

import wiring
from adapters.provider_keys import ProviderKeys
from cavendish.catalog.file import catalog
from cavendish.health.doors import Doors, Keyed, NeverClosed
from cavendish.health.learned import Closures
from once import once
from wired import learning


@once
def keys() -> ProviderKeys:
    client, secret = wiring.client("secretsmanager"), wiring.setting("PROVIDER_KEYS_SECRET")
    return ProviderKeys(client, secret, time.monotonic, _not_read)


def bases() -> dict[str, str]:
    """Where each route leads: the catalogue's word, or the deployment's."""
    overrides = dict(pair.split("=", 1) for pair in wiring.setting("ROUTE_BASES").split(",") if pair)
    own = {name: route.base_url for name, route in catalog().routes.items() if route.ready}
    return {name: base.rstrip("/") for name, base in {**own, **overrides}.items()}


def closures() -> Closures:
    """What is closed; nothing, where routing is to learn nothing."""
    return wiring.closures() if learning.is_on() else NeverClosed()


def doors() -> Doors:
    """The routes for which a key is set, and that lead somewhere, but for what is closed now."""
    now, keyed = wiring.clock(), keys().routes()
    usable = keyed & bases().keys()
    # The door, which may not read keys, tells of them by what is noted here.
    wiring.keyed_routes().note(Keyed(keys=tuple(sorted(keyed)), usable=tuple(sorted(usable)), as_of=now))
    return Doors(usable, tuple(closures().read(now)))


def _not_read(error: Exception) -> None:
    wiring.logger.warning("keys.not_read", exc_info=error)
