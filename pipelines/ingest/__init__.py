"""Ingest: files of trade as received become one declared table, with what was left out and why."""
