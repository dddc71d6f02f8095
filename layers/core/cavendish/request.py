"""What a caller may ask for: each field with its limits and its default. What fits together is said in fit.py."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, field_validator, model_validator

from cavendish.ladder.policy import POLICIES
from cavendish.money.money import micros_down
from cavendish.outcome import Acceptable
from cavendish.prompt import checked
from cavendish.size import DEFAULT, RATIOS, Size, parse_size
from cavendish.thinking import Level
from cavendish.value import Value
from cavendish.webhook.receiver import JobWebhook
from cavendish.wishes import QUALITIES, Quality, UseCase, spelled_out

#: What is nested deeper can be written and then not be read again.
METADATA_LEVELS: Final = 32
PROMPT_MAX: Final = 32_000
DEADLINE_DEFAULT_S: Final = 3_600
#: A bulk job waits this long for its first attempt at most, in seconds: three days, less than the four that a queue
#: keeps its message.
WAIT_MAX_S: Final = 3 * 86_400
#: Pictures and rows are kept this long after a job's end at most, and by default, in seconds.
RETENTION_MAX_S: Final = 30 * 86_400

#: A limit above this is none: sums are kept in whole millionths.
MAX_COST_MOST_USD: Final = 1_000_000

Tag = Annotated[str, Field(min_length=1, max_length=64)]


def _whole(number: object) -> object:
    """JSON has one kind of number: 1.0 is 1, for JSON Schema too."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Whole = Annotated[int, BeforeValidator(_whole)]


class JobRequest(Value):
    """A request for pictures. Every default is one that a caller can see."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    #: Reaches the model verbatim.
    prompt: str = Field(min_length=1, max_length=PROMPT_MAX)
    size: str = DEFAULT
    aspect_ratio: str | None = None
    model: str | None = None
    route: str | None = None
    thinking: Level | None = None
    use_case: UseCase | None = None
    quality: Quality | None = None
    n: Whole = Field(default=1, ge=1, le=9)
    policy: str = "cavendish"
    allow_downgrade: bool = True
    allow_fallback: bool = True
    unknown_retries: Whole | None = Field(default=None, ge=0, le=10)
    on_refusal: Literal["fail", "fallback"] = "fail"
    accept: list[Acceptable] = Field(default_factory=list)
    lane: Literal["interactive", "bulk"] = "interactive"
    #: Whether it starts at once, or at the best hour of the next day.
    schedule: Literal["now", "off_peak"] = "now"
    #: Counts from the submit, in bulk from the first attempt.
    deadline_s: Whole = Field(default=DEADLINE_DEFAULT_S, ge=10, le=86_400)
    #: USD for all of its attempts together.
    max_cost_usd: float | None = Field(default=None, gt=0, le=MAX_COST_MOST_USD, allow_inf_nan=False)
    #: The same request again within this many seconds is the same job.
    dedupe_window_s: Whole | None = Field(default=None, ge=1, le=86_400)
    webhook: JobWebhook | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict, max_length=50)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    #: Counts from the job's end.
    retention_s: Whole = Field(default=RETENTION_MAX_S, ge=60, le=RETENTION_MAX_S)

    @model_validator(mode="before")
    @classmethod
    def _size_is_spelled_out(cls, fields: Any) -> Any:
        return spelled_out(fields) if isinstance(fields, dict) else fields

    @field_validator("prompt")
    @classmethod
    def _prompt_is_text(cls, prompt: str) -> str:
        return checked(prompt)

    @field_validator("metadata", mode="before")
    @classmethod
    def _metadata_are_flat_enough(cls, metadata: object) -> object:
        if _deeper(metadata, METADATA_LEVELS):
            raise ValueError(f"it is nested deeper than {METADATA_LEVELS} levels")
        return metadata

    @field_validator("metadata")
    @classmethod
    def _metadata_are_text(cls, metadata: dict[str, JsonValue]) -> dict[str, JsonValue]:
        try:
            json.dumps(metadata, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("there is half a surrogate pair in it, which is no text") from None
        return metadata

    @field_validator("size")
    @classmethod
    def _size_is_known(cls, size: str) -> str:
        parse_size(size)
        return size

    @field_validator("aspect_ratio")
    @classmethod
    def _ratio_is_known(cls, ratio: str | None) -> str | None:
        if ratio is not None and ratio not in RATIOS:
            raise ValueError(f"{ratio!r} is no ratio that a model knows; they know {', '.join(RATIOS)}")
        return ratio

    @field_validator("policy")
    @classmethod
    def _policy_is_known(cls, policy: str) -> str:
        if policy not in POLICIES:
            raise ValueError(f"{policy!r} is no policy; there are {', '.join(POLICIES)}")
        return policy

    @property
    def asked(self) -> Size:
        """The size that was asked for."""
        return parse_size(self.size)

    @property
    def max_cost(self) -> int | None:
        """What all attempts together may cost, in millionths of a dollar."""
        return None if self.max_cost_usd is None else micros_down(self.max_cost_usd)

    @property
    def waits_s(self) -> int:
        """How long the job may be without an attempt, in seconds."""
        return WAIT_MAX_S if self.lane == "bulk" else self.deadline_s

    @property
    def level(self) -> Level | None:
        """The thinking that was asked for, by name or by quality."""
        return self.thinking or (QUALITIES[self.quality] if self.quality else None)

    @property
    def ratio(self) -> str:
        """The aspect ratio that was asked for, by name or by pixels."""
        return self.aspect_ratio or self.asked.ratio or "1:1"


def _deeper(value: object, levels: int) -> bool:
    """Whether lists and objects are nested deeper than that; found without nesting itself."""
    layer = [value]
    for _ in range(levels + 1):
        inner = [one.values() if isinstance(one, dict) else one for one in layer if isinstance(one, dict | list)]
        if not inner:
            return False
        layer = [item for items in inner for item in items]
    return True
