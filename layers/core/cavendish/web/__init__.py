"""Others' addresses: which of them may be opened."""
