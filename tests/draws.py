"""How much is drawn: less in an ordinary run of the tests, all of it in ``make laws``.

Where one example is a whole run of the program, or a command that is killed, an ordinary run of
the tests tries a few of them, and ``make laws`` (RETORSION_DRAWS=long) the rest too. Where an
example costs next to nothing there is one number.
"""

import os

IS_LONG = os.environ.get("RETORSION_DRAWS") == "long"


def draws(ordinary: int, long: int) -> int:
    """How many examples to try: as many as this run of the tests has time for."""
    return long if IS_LONG else ordinary
