"""Floor 1: what everything else is made of: errors, streams of chance, laws, money, schema."""
