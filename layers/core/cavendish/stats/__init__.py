"""What the calls of a tenant came to, kept as sums."""
