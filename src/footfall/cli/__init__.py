"""Floor 8: commands; they parse, call one function of workflow, and print."""
