"""One side's reports of trade held against the other's."""
