"""A model's answer: images out of a JSON byte stream."""
