"""Other regions: whom to believe, whom to ask, and what was agreed."""
