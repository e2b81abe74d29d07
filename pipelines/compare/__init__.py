"""Two runs, or two scenarios, set against each other."""
