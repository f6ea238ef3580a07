"""A certificate is shown and verified: at home, across regions, offline; and what the counter does with the report."""
