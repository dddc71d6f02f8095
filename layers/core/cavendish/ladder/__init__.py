"""The ladder: which models a job asks in which order, how often and how long, and what follows each end."""
