"""Looks at certificates, as their holders see them, and what holders object to."""
