"""The inside: images and jobs, and the rules about them. No AWS, clock, environment, network or logging here."""
