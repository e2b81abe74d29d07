"""The scenario reader: a TOML file in, the declared tables of the law at a date out."""
