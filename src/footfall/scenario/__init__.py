"""Floor 2: what a shop is like and which figures it must reach."""
