"""How long the property tests of the models look for a counter-example."""

from hypothesis import settings

# The first call of a solver is slow and the next ones are not, so no example has a deadline.
settings.register_profile("markets", settings.default, deadline=None, max_examples=40)
settings.load_profile("markets")
