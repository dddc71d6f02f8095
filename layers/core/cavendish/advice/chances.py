"""What a call may come to before it is made: each outcome with its share, what it costs, and how long it takes."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from cavendish.advice.articles import Articles
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Family
from cavendish.health.health import ENOUGH, Health, expected
from cavendish.health.odds import failure_s
from cavendish.health.prior import BELIEVED_CALLS, FAILURE_S, Prior, prior
from cavendish.health.sketch import Sketch
from cavendish.ladder.plan import Call
from cavendish.money.price import Price, cost, worst
from cavendish.outcome import TABLE, Billed, Outcome

#: Tokens that a model thinks and says beside its picture, which a list price leaves out: the middles of what was seen,
#: 225 to 337 thought and up to 340 said of Pro, 639 to 675 and 80 of Nano Banana 2.1 (model-apis 4.2, field 2.6).
#: GPT's list price is already the most that it may count (catalog.toml).
_WORDS: Final[dict[Family, tuple[int, int]]] = {"pro": (281, 170), "flash": (657, 80), "gpt": (0, 0)}
#: How many times of a model are told apart: so many equally likely ones.
_TIMES: Final = 40

Basis = Literal["measured", "articles"]


class Chances(NamedTuple):
    """What is to be expected of one call. Shares add up to 1; times are in seconds, money in USD."""

    shares: Mapping[Outcome, float]
    #: Equally likely, the shortest first: of the calls that bring a picture.
    times: tuple[float, ...]
    limit_s: float
    #: Of the calls that fail and say so.
    failure_s: float
    #: What a picture costs by the list, what a call that brings it costs with the words beside it, and its worst case.
    list_usd: float
    made_usd: float
    worst_usd: float
    basis: Basis
    source: str

    @property
    def success(self) -> float:
        return self.shares.get(Outcome.OK, 0.0)

    def usd(self, outcome: Outcome) -> float:
        """What a call that ends so is counted as."""
        if TABLE[outcome].billed is Billed.NO:
            return 0.0
        return self.made_usd if outcome is Outcome.OK else self.list_usd

    def seconds(self, outcome: Outcome, chance: float) -> float:
        """How long a call that ends so takes. `chance` is in [0, 1)."""
        if outcome is Outcome.OK:
            return self.times[int(chance * len(self.times))]
        return self.limit_s if outcome is Outcome.TIMED_OUT else self.failure_s


def chances(call: Call, prompt: str, health: Health, *, catalog: Catalog, articles: Articles, now: float) -> Chances:
    """As it was measured, where that is enough; what the articles say weighs less the more is known."""
    model, price = catalog.model(call.model), catalog.price(call)
    believed = prior(model, call.size, now)
    sketch = expected(health, catalog, call.model, call.size)
    # What was measured was measured with the thinking that this deployment asks for.
    factor, added_s = (1.0, 0.0) if health.known else (_slower(believed, sketch), articles.thinking_s(call.thinking))
    times = tuple(one * factor + added_s for one in _spread(sketch))
    in_time = tuple(one for one in times if one <= call.limit_s)
    measured = health.calls >= ENOUGH
    said = f"{health.calls} calls of this deployment" if measured else articles.odds_source(model.family, call.size)
    return Chances(
        shares=_cut(_blended(health, believed), 1 - len(in_time) / len(times)),
        times=in_time or times[:1],
        limit_s=call.limit_s,
        failure_s=failure_s([health.failures]),
        list_usd=cost(price, call.size, None),
        made_usd=_made(price, call, model.family, prompt),
        worst_usd=worst(price, call.size, prompt) / 1_000_000,
        basis="measured" if measured else "articles",
        source=said,
    )


def _blended(health: Health, believed: Prior) -> dict[Outcome, float]:
    """All that fails and does not hang counts as overloaded: the kinds of free failures are told apart by measuring."""
    said = {
        Outcome.OK: believed.ok,
        Outcome.TIMED_OUT: believed.hangs,
        Outcome.OVERLOADED: max(0.0, 1 - believed.ok - believed.hangs),
    }
    weight = health.calls + BELIEVED_CALLS
    counted: Counter[Outcome] = Counter(health.outcomes)
    names = dict.fromkeys([*said, *counted])
    return {one: (counted[one] + BELIEVED_CALLS * said.get(one, 0.0)) / weight for one in names}


def _cut(shares: dict[Outcome, float], late: float) -> dict[Outcome, float]:
    """The same where this share of the pictures would come after the call's limit."""
    lost = shares[Outcome.OK] * late
    changed = {Outcome.OK: shares[Outcome.OK] - lost, Outcome.TIMED_OUT: shares[Outcome.TIMED_OUT] + lost}
    return {one: share for one, share in {**shares, **changed}.items() if share > 0}


def _slower(believed: Prior, sketch: Sketch) -> float:
    """How many times longer it takes at this hour than the catalogue says."""
    return believed.mean_s / (sketch.quantile(0.5) or believed.mean_s)


def _spread(sketch: Sketch) -> list[float]:
    """So many of its values, spread evenly over all of them, the longest among them."""
    last = max(1, sketch.count - 1)
    picked = (int((n + 0.5) / _TIMES * sketch.count) for n in range(_TIMES))
    return [sketch.quantile((n + 0.25) / last) or FAILURE_S for n in picked]


def _made(price: Price, call: Call, family: Family, prompt: str) -> float:
    """The list price with what is read, thought and said, where that is paid for. A token is some four characters."""
    if price.per_million is None:
        return cost(price, call.size, None)
    thought, said = _WORDS[family]
    rates = price.per_million
    words = len(prompt) / 4 * rates.text_in + thought * rates.thought + said * rates.text_out
    return round(cost(price, call.size, None) + words / 1_000_000, 6)
