"""Steps that read, check, run, write and show: every side effect of the project lives here."""
