"""The checks: one function answers one fact, with its cause and its age."""
