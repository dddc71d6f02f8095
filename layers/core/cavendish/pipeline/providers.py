"""Somebody wants to know how the providers do."""

from cavendish.catalog.catalog import Catalog
from cavendish.health.health import RECENT_S
from cavendish.health.learned import Closures, KeyedRoutes, MeasuredWays
from cavendish.health.standing import Known, Providers, offered, standings
from cavendish.health.turns import Permits


def providers(
    *,
    measurements: MeasuredWays,
    closures: Closures,
    permits: Permits,
    keyed: KeyedRoutes,
    catalog: Catalog,
    now: float,
    learning: bool,
) -> Providers:
    """What it costs: a query of the index of ways, one for each way that was used lately, and three rows.

    A way's query reads at most 37 rows of less than a kilobyte: some five read units where each of its windows is
    full, half a one where it is seldom used. The index keeps it from being 130 queries, one for all that is on offer.
    """
    since = now - RECENT_S
    ways = offered(catalog, measurements.ways(since, now))
    known = Known(
        windows={way: measurements.read(*way, since, now) for way in ways},
        closures=closures.read(now),
        keyed=keyed.read(),
        learning=learning,
        now=now,
        concurrencies=permits.read(now),
    )
    return standings(catalog, known, since)
