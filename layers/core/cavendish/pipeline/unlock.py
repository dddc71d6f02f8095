"""The key to a provider's door, and how it is shown there."""

from cavendish.catalog.catalog import Catalog
from cavendish.credential import Credential
from cavendish.errors import CallFailed, KeyRefused
from cavendish.outbound import Models
from cavendish.outcome import Outcome, Report, report
from cavendish.pipeline.receive import failed
from cavendish.wire.auth import headers


def unlock(models: Models, route: str, catalog: Catalog) -> tuple[Credential, dict[str, str]] | Report:
    """What opens a route's door, and the headers that show it; or why nothing can be sent there."""
    try:
        credential = models.credential(route)
        shown = headers(catalog.routes[route].auth, credential) if credential else {}
    except CallFailed as failure:
        return failed(failure)
    except KeyRefused as refused:
        return report(Outcome.BAD_KEY, detail=f"route {route}: {refused}")
    if credential is None:
        missing = f"no usable key is set for the route {route}; set one with: cavendish keys provider"
        return report(Outcome.BAD_KEY, detail=missing)
    return credential, shown
