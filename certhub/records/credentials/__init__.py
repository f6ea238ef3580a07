"""Credentials: a certificate as one signed, portable form, and the least of it that is shown."""
