"""One scenario at many rates, values of an assumption or dates: the trade is read once."""
