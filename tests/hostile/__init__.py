"""Models that lie, break off, stall and flood, and the product's own code walking every ladder among them."""
