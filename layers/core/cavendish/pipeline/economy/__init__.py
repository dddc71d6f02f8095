"""The use cases of economy batches: their first calls go through a provider's batch API."""
