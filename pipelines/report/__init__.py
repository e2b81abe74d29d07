"""What a run shows to people: the spreadsheet and the summary. Layout only, no trade policy."""
