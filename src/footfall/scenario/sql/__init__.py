"""SQL in scenarios: which may be said, and how it is run so that it can do no harm."""
