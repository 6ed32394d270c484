"""Floor 4: any range of orders as finished rows, a pure function of plan and range."""
