"""`make demo`: the first thing a newcomer sees. Models misbehave; jobs and a file get their pictures all the same."""
