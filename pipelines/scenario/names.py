"""The form of names: of measures, legal bases, portions and trade tables."""

import re

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
ID_RULE = "is not a name of at most 80 letters, digits, dots, dashes and underscores"
LEGAL_BASIS = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
LEGAL_BASIS_RULE = "is not a name of at most 60 small letters, digits and dashes"
TABLE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
TABLE_NAME_RULE = "is not the name of an ingested table (small letters, digits and dashes)"
