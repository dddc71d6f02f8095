"""Batches: a file or a list of items becomes jobs, and when the last of them has ended, a report. Opens nothing."""
