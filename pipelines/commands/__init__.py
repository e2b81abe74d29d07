"""The commands by subject, each a thin call of one step."""
