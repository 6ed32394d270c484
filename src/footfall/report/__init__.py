"""Floor 6: a published data set as a page: figures from its files, charts of them, one HTML file."""
