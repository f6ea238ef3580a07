"""Set up a hub, adopt its rows of before, and say whether it is healthy."""
