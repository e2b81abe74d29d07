"""The page of a run: one file that a browser shows, a printer prints and a screen reader reads."""
