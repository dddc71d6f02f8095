"""What speaks as Google does: the Developer API, Vertex AI and the Interactions API."""
