"""The use cases of webhooks: endpoints, messages and their deliveries."""
