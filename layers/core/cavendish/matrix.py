"""The models as a caller sees them: what each can do and what it costs."""

from typing import Literal, Self

from pydantic import Field

from cavendish.catalog import Catalog, Model
from cavendish.size import Tier
from cavendish.value import Value


class ModelView(Value):
    """One model of the catalogue."""

    id: str
    name: str
    aliases: tuple[str, ...] = Field(description="Other names that are taken for its id, also of models it replaced.")
    state: Literal["live", "retiring", "gone"]
    successor: str | None = Field(description="The id of the model to go to when this one is gone.")
    sizes: tuple[Tier, ...]
    ratios: tuple[str, ...]
    thinking: tuple[str, ...] = Field(description="Levels that it can be asked for; none: it cannot be asked.")
    references: int = Field(description="How many reference pictures it can look at.")
    routes: tuple[str, ...]
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
        return cls.model_validate({**same, **sources, "price_usd": model.price.image})


class ModelsView(Value):
    """All models, in the catalogue's order."""

    models: tuple[ModelView, ...]


def matrix(catalog: Catalog) -> ModelsView:
    """All models with all that they can do."""
    return ModelsView(models=tuple(ModelView.of(model, catalog) for model in catalog.models.values()))
