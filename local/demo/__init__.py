"""`make demo`: the first thing a newcomer sees. Three jobs, models that misbehave, three pictures all the same."""
