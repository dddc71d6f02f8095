"""`cavendish stats`: what the calls of your jobs came to."""
