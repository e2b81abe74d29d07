"""Official services of trade statistics, asked by their documented queries."""
