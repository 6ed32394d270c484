"""Floor 5: judges published tables; shares no code with what made them."""
