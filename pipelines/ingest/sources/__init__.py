"""The sources of trade that are known: one module each, a declaration and nothing else."""
