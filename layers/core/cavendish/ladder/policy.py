"""The policies: how often, how long and in which order models are tried. Each number is an article's or has its reason.

`cavendish` is the default; `once` makes one call. The others are the articles' own, to the number and without jitter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from cavendish.ladder.plan import Rule
from cavendish.ladder.wait import Wait
from cavendish.outcome import Outcome
from cavendish.size import Tier

#: What no policy repeats: the caller's or the operator's mistake, or an end that was asked for.
_ENDS: Final = {
    Outcome.OK: Rule.TAKE,
    Outcome.REFUSED_INPUT: Rule.FAIL,
    Outcome.REFUSED_OUTPUT: Rule.FAIL,
    Outcome.BAD_REQUEST: Rule.FAIL,
    Outcome.BAD_KEY: Rule.FAIL,
    Outcome.QUOTA_ZERO: Rule.FAIL,
    Outcome.EXPIRED: Rule.FAIL,
    Outcome.CANCELLED: Rule.FAIL,
    Outcome.OVER_BUDGET: Rule.FAIL,
    Outcome.CIRCUIT_OPEN: Rule.NEXT_ROUTE,
}
_REPEATS: Final = dict.fromkeys(Outcome, Rule.REPEAT) | _ENDS


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms one model is tried at one size."""

    tries: int
    limit_s: int
    wait: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A ladder before it is fitted to a request."""

    name: str
    source: str
    #: In order of preference; a model that the caller names goes first, and the list gets no longer by it.
    models: tuple[str, ...]
    #: By the model's family and the size.
    terms: Mapping[str, Mapping[Tier, Terms]]
    #: The sizes that follow the one that was asked for.
    lower: Mapping[Tier, tuple[Tier, ...]] = field(default_factory=dict)
    rules: Mapping[Outcome, Rule] = field(default_factory=lambda: MappingProxyType(_REPEATS))
    #: What changes on the last model of a step, where there is no next one to go to.
    last_rules: Mapping[Outcome, Rule] = field(default_factory=dict)
    #: How often a model is tried that has no other beside it; None: as often as its terms say.
    tries_alone: int | None = None
    #: How often the last model of a step is asked while it throttles; None: as often as its terms say.
    last_throttled_tries: int | None = None
    unknown_retries: int = 1
    max_attempts: int = 30


def _same_for_all(terms: Mapping[Tier, Terms]) -> Mapping[str, Mapping[Tier, Terms]]:
    return {"pro": terms, "flash": terms, "gpt": terms}


PRO: Final = "gemini-3-pro-image"

S0_SPEED: Final = Policy(
    name="s0-speed",
    source="article S0, row S0.17: limits 45/90/180 s, 2/2/3 retries after the first try, 5/10/15 s between",
    models=(PRO,),
    terms=_same_for_all(
        {
            "1K": Terms(3, 45, Wait(base_s=5)),
            "2K": Terms(3, 90, Wait(base_s=10)),
            "4K": Terms(4, 180, Wait(base_s=15)),
        }
    ),
    unknown_retries=30,  # the article repeats a time-out like any failure
)

_TENACITY: Final = Terms(3, 90, Wait(base_s=1, factor=2, floor_s=5, cap_s=30))
S0_TENACITY: Final = Policy(
    name="s0-tenacity",
    source="article S0, row S0.18: tenacity, 3 attempts, wait_exponential(min=5, max=30), client time-out 90 s",
    models=(PRO,),
    terms=_same_for_all({"1K": _TENACITY, "2K": _TENACITY, "4K": _TENACITY}),
    unknown_retries=30,
)

_DUAL: Final = Terms(2, 90, Wait(base_s=2))
S1_DUAL: Final = Policy(
    name="s1-dual",
    source="article S1, row S1.15: 429 or a time-out of 90 s goes to the other model, else 2 s and again, 2 tries each",
    models=("gemini-3.1-flash-image", PRO),
    terms=_same_for_all({"512": _DUAL, "1K": _DUAL, "2K": _DUAL, "4K": _DUAL}),
    rules=_REPEATS
    | {
        Outcome.THROTTLED: Rule.NEXT_ROUTE,
        Outcome.QUOTA_DAY: Rule.NEXT_ROUTE,
        Outcome.QUOTA_ZERO: Rule.NEXT_ROUTE,
        Outcome.TIMED_OUT: Rule.NEXT_ROUTE,
    },
    unknown_retries=30,
)

S2_RELIABILITY: Final = Policy(
    name="s2-reliability",
    source="article S2, rows S2.05, S2.06, S2.09: 660/3/60, 180/2/30, 60/2/15 with waits doubling; 4K to 2K to 1K",
    models=(PRO,),
    terms=_same_for_all(
        {
            "4K": Terms(3, 660, Wait(base_s=60, factor=2)),
            "2K": Terms(2, 180, Wait(base_s=30, factor=2)),
            "1K": Terms(2, 60, Wait(base_s=15, factor=2)),
        }
    ),
    lower={"4K": ("2K", "1K"), "2K": ("1K",)},
    unknown_retries=30,
)

_SECONDS: Final = Wait(base_s=2, factor=2, floor_s=1, cap_s=30, jitter="full")
CAVENDISH: Final = Policy(
    name="cavendish",
    source=(
        "both families at each step; limits twice the 95th percentiles of rows S0.02 and S1.02, but for Flash below "
        "4K: Nano Banana 2.1 really takes 15 to 40 s there, and a call cut short is paid twice; for GPT twice what the "
        "catalogue guesses, at most what APIYI advises"
    ),
    models=("gemini-nano-banana-2.1", PRO),
    terms={
        "pro": {"1K": Terms(2, 50, _SECONDS), "2K": Terms(2, 100, _SECONDS), "4K": Terms(2, 180, _SECONDS)},
        "flash": {
            "512": Terms(2, 80, _SECONDS),
            "1K": Terms(2, 80, _SECONDS),
            "2K": Terms(2, 80, _SECONDS),
            "4K": Terms(2, 120, _SECONDS),
        },
        "gpt": {"1K": Terms(2, 240, _SECONDS), "2K": Terms(2, 360, _SECONDS)},
    },
    lower={"4K": ("2K", "1K"), "2K": ("1K",)},
    rules=_REPEATS
    | {
        Outcome.THROTTLED: Rule.NEXT_ROUTE,
        Outcome.QUOTA_DAY: Rule.NEXT_ROUTE,
        Outcome.OVER_BUDGET: Rule.NEXT_ROUTE,  # which may be cheaper
        Outcome.MODEL_GONE: Rule.NEXT_ROUTE,
        Outcome.TIMED_OUT: Rule.NEXT_ROUTE,
        Outcome.CONNECTION_LOST: Rule.NEXT_ROUTE,
        Outcome.NO_IMAGE: Rule.NEXT_ROUTE,
        Outcome.WRONG_SIZE: Rule.NEXT_ROUTE,
        Outcome.WRONG_MODEL: Rule.NEXT_ROUTE,
    },
    last_rules={
        Outcome.THROTTLED: Rule.REPEAT,
        Outcome.TIMED_OUT: Rule.REPEAT,
        Outcome.CONNECTION_LOST: Rule.REPEAT,
    },
    tries_alone=4,
    # With waits that double up to 30 s, four minutes on average: a new account's quota of the minute has come back, and
    # until permits are known (permits.py) a crowd of jobs throttles itself.
    last_throttled_tries=12,
    max_attempts=24,
)

ONCE: Final = Policy(
    name="once",
    source="our own, to see what a route does: one call, and whatever comes of it is the end; limits are cavendish's",
    models=CAVENDISH.models[:1],
    terms={
        family: {size: replace(one, tries=1) for size, one in sizes.items()}
        for family, sizes in CAVENDISH.terms.items()
    },
    rules=dict.fromkeys(Outcome, Rule.FAIL) | {Outcome.OK: Rule.TAKE},
    unknown_retries=0,
    max_attempts=1,
)

_ALL: Final = (CAVENDISH, S0_SPEED, S0_TENACITY, S1_DUAL, S2_RELIABILITY, ONCE)
POLICIES: Final = {one.name: one for one in _ALL}
