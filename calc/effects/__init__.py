"""What trade does in answer to a schedule: exact models by default, linear ones for replication.

Arrays in, arrays out. The first axis of an array of a market is its sources (domestic producers and
partners); every further axis is markets, draws, or both, and all of them are solved at once.
"""
