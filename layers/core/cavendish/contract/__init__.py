"""The contract with callers: what they may send, and what they are told."""
