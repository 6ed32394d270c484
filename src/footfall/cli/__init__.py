"""Floor 9: commands; they parse, call one function of workflow or of an engine, and print."""
