"""The real ports: what knows AWS and HTTP. No rule lives here."""
