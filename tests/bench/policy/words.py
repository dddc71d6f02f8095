"""What docs/numbers.md says about the benchmark of policies, beside its figures."""

from typing import Final

HEAD: Final = """\
Written by `make bench-policy`: a simulated week of 200 jobs an hour, {seeds} seeds each, means. The weather is made of
the articles' own figures (local/model_server/weather.toml): `articles` as they have them; `outages` with hours in which
a model, or both, answer only errors; `drift` where latencies and odds change every six hours and nobody says so. Every
policy meets the same jobs, the same weather and the same luck. Ours and the articles' run by the product's own code;
`direct-pro` and `direct-flash` are one call; `litellm` is a LiteLLM Router as one would set it up. The `oracle` knows
at each moment the true odds and latencies, but not the luck. What was not delivered counts as the deadline, an hour.
Prices are those of the articles' models; every job may fall back where a prompt is refused, and go down in size.
"""

WHY: Final = """\
Where it falls short of the oracle, and why: it learns of a change only from calls that have met it, some ten of them
after each change; it looks at a model that it does not use by a few jobs in each three hours, and some of these take
longer; after a refusal it asks another model, as callers are told that it does, while the oracle asks the faster one
again; and between two calls it waits a second where the oracle waits none. What is not delivered at 1K in `outages` and
`drift` waited through an outage and was then refused on its ladder's last place. At 4K the oracle goes down in size
sooner than we do. Two things flatter us: what we believe before we have measured comes from the articles, and so does
this world; and refusals and throttles are pure luck in it, so that asking again at once is right more often than it may
be elsewhere. Queues and the workflow take no time here, for anybody.
"""
