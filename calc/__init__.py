"""Pure calculations on tables: no files, no clock, no network, no printing.

Functions take and return ``polars.LazyFrame`` and do not collect; what they need from the
outside world (a table, a date, a setting) is handed to them.
"""
