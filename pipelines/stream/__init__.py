"""A run piece by piece: for trade whose lines are more than memory holds."""
