"""What a model takes at each of its sizes: its time, its price, and how often it succeeds (S2.13)."""

from collections.abc import Iterator

from pydantic import Field

from cavendish.advice.articles import Articles
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.size import Tier
from cavendish.value import Value


class AtSize(Value):
    """One size of the recommended model."""

    size: Tier
    typical_s: float = Field(description="Seconds of most calls, by the catalogue; what was measured, estimates tell.")
    p95_s: float
    price_usd: float = Field(description="The list price of one picture, on the first route that has the size.")
    success: str = Field(description="How often it succeeds by the articles, with the row.")


def by_size(model: Model, catalog: Catalog, articles: Articles) -> Iterator[AtSize]:
    """The sizes that some route offers, the smallest first."""
    offers = [route.models[model.id] for route in catalog.routes.values() if model.id in route.models]
    for size in model.sizes:
        prices = [one.price.image[size] for one in offers if size in one.sizes]
        if prices:
            times = model.times[size]
            yield AtSize(
                size=size,
                typical_s=times.typical_s,
                p95_s=times.p95_s,
                price_usd=prices[0],
                success=articles.odds_source(model.family, size),
            )
