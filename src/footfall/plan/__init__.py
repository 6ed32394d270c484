"""Floor 3: draws the small, slow things and solves the free knobs."""
