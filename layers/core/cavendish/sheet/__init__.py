"""Files of items (CSV, JSON Lines, JSON, text) become records, read as a stream and resumed anywhere. Opens nothing."""
