"""The audit pack of a run: one file that a stranger can check without the tool or the machine."""
