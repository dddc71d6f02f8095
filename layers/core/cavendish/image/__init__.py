"""Pictures by their own bytes: what they are, and what is wrong with them."""
