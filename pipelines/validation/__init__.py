"""Validation: the rules of a table run by two engines, a verdict kept by the hash of its input."""
