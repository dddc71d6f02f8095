"""How models do: what calls came to, and what planning and calling make of it."""
