"""Policies compared in one world: `make bench-policy`. Its numbers are those of local/model_server/weather.toml."""
