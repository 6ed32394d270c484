"""Floor 7: the one-page stories: generate, plan, verify."""
