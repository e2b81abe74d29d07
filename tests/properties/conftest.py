"""How long the property tests look for a counter-example."""

from hypothesis import settings

# A first query of polars is slow and the next ones are not, so no example has a deadline. Where
# ``CI`` is set, hypothesis adds its own choice: the same examples each time.
settings.register_profile("tables", settings.default, deadline=None, max_examples=40)
settings.load_profile("tables")
