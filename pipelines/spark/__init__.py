"""The static job on an Apache Spark cluster: for tables beyond one machine."""
