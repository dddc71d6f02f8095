"""The use cases of batches: from a file in the inbox to the report in the outbox."""
