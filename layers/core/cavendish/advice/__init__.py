"""Advice before anything is spent: what a request will cost and take, and what articles recommend."""
