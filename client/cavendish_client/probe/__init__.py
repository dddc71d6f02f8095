"""Whether a route does what it is asked: one call for each size, and what came back, measured."""
