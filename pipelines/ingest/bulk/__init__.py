"""Large files, read in batches and put in order on disk, with the same bytes as any other way."""
