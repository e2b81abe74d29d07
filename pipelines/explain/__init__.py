"""The trail of a figure: down to the source rows and the legal measures."""
