"""The catalogue: which models exist, what each can do, takes and costs, and the routes that lead to them."""
