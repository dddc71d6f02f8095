"""The models as a caller sees them: what each can do and what it costs."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from cavendish.catalog.catalog import Catalog, Retired
from cavendish.catalog.model import Model
from cavendish.catalog.route import Offer
from cavendish.size import Tier
from cavendish.value import Value


class OfferView(Value):
    """What a route offers of a model."""

    sizes: tuple[Tier, ...]
    ratios: tuple[str, ...]
    thinking: tuple[str, ...]
    price_usd: dict[Tier, float] = Field(description="Of one picture, by its size.")
    price_source: str = Field(description="Where the prices were read, and when.")

    @classmethod
    def of(cls, offer: Offer, catalog: Catalog) -> Self:
        return cls(
            sizes=offer.sizes,
            ratios=offer.ratios,
            thinking=offer.thinking,
            price_usd=offer.price.image,
            price_source=catalog.sources[offer.price.source],
        )


class ModelView(Value):
    """One model of the catalogue."""

    id: str
    name: str
    aliases: tuple[str, ...] = Field(description="Other names that are taken for its id, also of models it replaced.")
    state: Literal["live", "retiring", "gone"]
    successor: str | None = Field(description="The id of the model to go to when this one is gone.")
    retires: date | None = Field(
        description="From when on its provider may shut it down, as it was announced; this day may have passed."
    )
    sizes: tuple[Tier, ...]
    ratios: tuple[str, ...]
    thinking: tuple[str, ...] = Field(description="Levels that it can be asked for; none: it cannot be asked.")
    references: int = Field(description="How many reference pictures it can look at.")
    routes: tuple[str, ...] = Field(description="The ways that lead to it, the preferred one first.")
    offers: dict[str, OfferView] = Field(description="What each of its routes can ask it for, and at which price.")
    delivers: dict[str, dict[Tier, str]] = Field(
        description="The pixels that it makes, by ratio and size; up to 3 % more or less is what was asked for."
    )
    price_usd: dict[Tier, float] = Field(description="Of one picture, by its size.")
    price_source: str = Field(description="Where the prices were read, and when.")
    source: str = Field(description="Where the rest was read, and when.")

    @classmethod
    def of(cls, model: Model, catalog: Catalog) -> Self:
        same = model.model_dump(include=set(cls.model_fields))
        sources = {
            "price_source": catalog.sources[model.price.source],
            "source": catalog.sources[model.source],
        }
        offers = {name: OfferView.of(offer, catalog) for name, offer in catalog.ways(model).items()}
        more = {"routes": tuple(offers), "offers": offers, "delivers": _pixels(model, catalog)}
        return cls.model_validate({**same, **sources, **more, "price_usd": model.price.image})


def _pixels(model: Model, catalog: Catalog) -> dict[str, dict[Tier, str]]:
    """Written as a request's own `size` may be: 1376x768."""
    table = catalog.pixels[model.pixels].ratios
    return {ratio: {size: str(table[ratio][size]) for size in model.sizes} for ratio in model.ratios}


class RetiredView(Value):
    """An id that its provider has shut down."""

    id: str = Field(examples=["gemini-3-pro-image-preview", "imagen-4.0-generate-001"])
    successor: str = Field(description="The id of the model to go to.")
    since: date
    accepted: bool = Field(
        description="Whether a submit may name it all the same: it is taken for its successor. Others are a 422."
    )
    source: str = Field(description="Where this was read, and when.")

    @classmethod
    def of(cls, dead: str, retired: Retired, catalog: Catalog) -> Self:
        return cls(
            id=dead,
            successor=retired.successor,
            since=retired.since,
            accepted=catalog.find(dead) is not None,
            source=catalog.sources[retired.source],
        )


class ModelsView(Value):
    """All models, in the catalogue's order, and the ids of those that are no more."""

    models: tuple[ModelView, ...]
    retired: tuple[RetiredView, ...]


def matrix(catalog: Catalog) -> ModelsView:
    """All models with all that they can do."""
    return ModelsView(
        models=tuple(ModelView.of(model, catalog) for model in catalog.models.values()),
        retired=tuple(RetiredView.of(dead, retired, catalog) for dead, retired in catalog.retired.items()),
    )
