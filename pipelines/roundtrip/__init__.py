"""What a person edited in a run's workbook, read back into a scenario."""
