"""`cavendish webhooks`: where you are told of your jobs, what was sent there, and a receiver to try it with."""
