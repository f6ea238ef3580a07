"""The routes, one file for each audience: what they take, which flow they call, what they answer."""
