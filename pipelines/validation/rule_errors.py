"""What is wrong with a rule that a user wrote."""


class RuleKeyError(ValueError):
    """What is wrong with a key of a rule, and what to write instead."""

    def __init__(self, key: str, what: str, hint: str = "") -> None:
        self.key, self.hint = key, hint
        super().__init__(what)
