"""A route: a way to models at one provider. What it speaks, how its door is opened, and what each model is there."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from cavendish.money.price import Price
from cavendish.size import Tier
from cavendish.thinking import Level, nearest
from cavendish.value import Entry

Dialect = Literal[
    "gemini",
    "vertex",
    "interactions",
    "openai-images",
    "openai-chat",
    "openrouter-images",
    "nanobananaapi",
    "openoctopus",
]
#: How a key is shown at the door: in Google's header, as a bearer, or in either as the kind of credential wants it.
Auth = Literal["x-goog-api-key", "bearer", "google"]
#: What a provider wants said otherwise than its dialect has it; each is explained where a codec asks for it.
Quirk = Literal["response_format", "thinking_level", "image_resolution"]


class Offer(Entry):
    """A model on a route. What the catalogue does not say here is as the model's own entry has it."""

    #: What it is called there; `names` where its name says the size too.
    name: str
    names: dict[Tier, str] = Field(default_factory=dict)
    sizes: tuple[Tier, ...] = Field(min_length=1)
    ratios: tuple[str, ...] = Field(min_length=1)
    thinking: tuple[Level, ...]
    price: Price

    def called(self, size: Tier) -> str:
        """Its name in a call for this size."""
        return self.names.get(size, self.name)

    def level(self, wished: Level | None) -> Level | None:
        """What to ask for a wish: the nearest level that it has there, nothing if it has none."""
        return nearest(wished, self.thinking) if wished else None

    def makes(self, size: Tier, ratio: str) -> bool:
        return size in self.sizes and ratio in self.ratios

    @model_validator(mode="after")
    def _each_size_has_a_price(self) -> Self:
        if missing := [size for size in self.sizes if size not in self.price.image]:
            raise ValueError(f"{self.name} has no price for {', '.join(missing)}")
        return self


class Economy(Entry):
    """A provider's batch API: many calls in one, made within a day."""

    #: The part of each price that is paid, of pictures and of tokens.
    price: float = Field(gt=0, le=1)
    source: str


class Route(Entry):
    """A way to models: whose dialect is spoken, where, and with which key."""

    dialect: Dialect
    auth: Auth
    base_url: str
    #: False: the base is only an example, and the deployment has to name its own (RouteBases).
    ready: bool = True
    quirks: tuple[Quirk, ...] = ()
    source: str
    #: None: its provider has no batch API, or not one that is spoken here (wire/gemini_batch.py).
    economy: Economy | None = None
    #: By the model's id.
    models: dict[str, Offer]


DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
