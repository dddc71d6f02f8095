"""What JobRequest's own schema does not say: words for people, and the names that the catalogue and policies know."""

from typing import Any, Final

from cavendish.catalog.catalog import Catalog
from cavendish.ladder.policy import POLICIES
from cavendish.size import PIXELS, RATIOS, TIERS

WORDS: Final = {
    "prompt": "Reaches the model verbatim, to the last character. One at least can be seen, and none is U+0000.",
    "size": "A tier, or pixels, which set the tier and the ratio, or a ratio.",
    "aspect_ratio": "By default that of the pixels in `size`, or 1:1.",
    "model": "An id or an alias; by default the policy's first model that can do the size.",
    "route": "A route to stay on; by default the model's first.",
    "thinking": "A level that the model knows; by default the model's own.",
    "use_case": "What the picture is for: it stands for a size where none is sent.",
    "quality": "How much the model should think, where `thinking` is not sent.",
    "n": "How many pictures.",
    "policy": "Who is tried, how often, how long, in which order.",
    "allow_downgrade": "Whether a smaller picture is better than none.",
    "allow_fallback": "Whether another model's picture is better than none.",
    "unknown_retries": "How often, per picture, a call is repeated that may have been billed; by default the policy's.",
    "on_refusal": "What to do when a model refuses the prompt.",
    "accept": "Pictures to take all the same, though they are not what was asked for.",
    "lane": "`bulk` waits behind what is `interactive`.",
    "schedule": "`off_peak` starts a job of the lane `bulk` at the best hour of the next day, as models were measured; "
    "made for 4K, whose success depends on the hour. The job waits 24 hours at most, and shows when it `starts_at`.",
    "deadline_s": "The job ends as `expired` after so many seconds; its first attempt is always made. In `bulk` they "
    "count from the first attempt, which has to begin within three days.",
    "max_cost_usd": "What all attempts may cost together, in USD: a call is made only if its worst case has room.",
    "dedupe_window_s": "The same request again within so many seconds is the same job; by default it is another one.",
    "webhook": "Is told of the job's way by signed requests; by default of its end.",
    "metadata": "Yours, echoed.",
    "tags": "Yours, echoed.",
    "retention_s": "Pictures and the job itself are deleted so many seconds after its end.",
}

_TIERS: Final = dict.fromkeys(name for tier in TIERS for name in (tier, tier.lower()))


def known(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """What may stand in fields whose values are data."""
    return {
        "size": {"pattern": f"^({'|'.join([*_TIERS, *RATIOS])}|{PIXELS})$", "examples": ["4K", "2048x2048", "16:9"]},
        "aspect_ratio": {"enum": list(RATIOS)},
        "model": {"enum": [name for model in catalog.models.values() for name in (model.id, *model.aliases)]},
        "route": {"enum": list(catalog.routes)},
        "policy": {"enum": list(POLICIES)},
    }
