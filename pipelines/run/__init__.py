"""A run: a scenario put on a trade table, its reports written whole under a name of their own."""
