"""The law as data: measures, how they combine, shares; and what it comes to on a kind of line."""
