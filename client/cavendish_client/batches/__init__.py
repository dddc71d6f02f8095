"""Many jobs at once: the API's routes of batches, and the commands that send files of items."""
